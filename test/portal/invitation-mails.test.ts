import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { createOutbox } from '../../src/mail/outbox.ts';
import { invite } from '../../src/teams/invitations.ts';
import { createTeam } from '../../src/teams/teams.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
afterEach(releaseTime);

const outbox = () => createOutbox(server.secrets.masterKeys, server.issuer);
const mailsTo = async (recipient: string) =>
  (await server.database.db.selectFrom('mail_outbox').select('id').where('recipient', '=', recipient).execute()).length;

it('an address gets a few invitations a day at most, into whichever team of one person and however it is spelt', async () => {
  controlTime();
  const { db } = server.database;
  const grace = await aMember(server);
  const teams = [await aTeam(server), await aTeam(server)];
  for (const { id } of teams) {
    const owner = { team_id: id, account_id: grace.account.id, role: 'owner' as const, created_at: new Date() };
    await db.insertInto('team_members').values(owner).execute();
  }
  const by = await byPerson(server, grace);
  const inviting = (n: number, email = 'victim@example.com') =>
    invite(db, outbox(), { email, teamId: teams[n % 2]?.id ?? '', role: 'viewer' }, by);
  for (let n = 0; n < 5; n += 1) await inviting(n);
  await expect(inviting(5)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('tomorrow') });
  await expect(inviting(6, 'VICTIM@example.com')).rejects.toMatchObject({ code: 'conflict' });
  expect(await mailsTo('victim@example.com')).toBe(5);
  await inviting(0, 'someone-else@example.com');
  travel(86_401);
  const later = { ...by, now: new Date() };
  await invite(db, outbox(), { email: 'victim@example.com', teamId: teams[0]?.id ?? '', role: 'viewer' }, later);
});

it('a person sends a hundred invitations a day at most, with however many teams', async () => {
  const { db } = server.database;
  const grace = await aMember(server);
  const sent = Array.from({ length: 100 }, (_, n) => n);
  const creator = await byPerson(server, grace);
  const [one, two] = [
    await createTeam(db, { name: 'One of two' }, creator),
    await createTeam(db, { name: 'Two of two' }, creator),
  ];
  const by = await byPerson(server, grace);
  const inviting = (n: number, teamId: string) =>
    invite(db, outbox(), { email: `guest-${n}@example.com`, teamId, role: 'viewer' }, by);
  for (const n of sent) await inviting(n, n < 60 ? one.id : two.id);
  await expect(inviting(100, two.id)).rejects.toMatchObject({ code: 'conflict' });
  const other = await aMember(server, { team: two.id, role: 'owner' });
  const byOther = await byPerson(server, other);
  await invite(db, outbox(), { email: 'guest-100@example.com', teamId: two.id, role: 'viewer' }, byOther);
});
