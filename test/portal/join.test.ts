import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPassword } from '../../src/accounts/accounts.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { invite } from '../../src/teams/invitations.ts';
import { aPerson, PASSWORD } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { accountOf, aVisitor } from '../support/portal.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';

let server: TestServer;
let db: TestServer['database']['db'];
beforeAll(async () => {
  server = await startTestServer();
  db = server.database.db;
});
afterAll(() => server.stop());

let count = 0;
const anAddress = () => {
  count += 1;
  return `grace-${count}@example.com`;
};

/** An invitation into a team of its own, as its owner makes it in the portal. */
async function anInvitation(email = anAddress(), role = 'developer') {
  const team = await aTeam(server);
  const owner = await aVisitor(server, await aMember(server, { team: team.id, role: 'owner' }));
  const page = await owner.submit(await owner.visit(`/teams/${team.id}`), '/invitations', { email, role });
  const code = /lki_[\w-]+/.exec(page.text)?.[0] ?? '';
  return { team, owner, email, code, page, href: `/teams/${team.id}` };
}

const enter = async (code: string, person = new Person(server.issuer)) =>
  person.submit(await person.visit('/join'), '/join/code', { code });

const roleIn = async (teamId: string, email: string) => {
  const row = await db
    .selectFrom('team_members')
    .select('role')
    .where('team_id', '=', teamId)
    .where('account_id', '=', (await accountOf(server, email)).id)
    .executeTakeFirst();
  return row?.role;
};

describe('an invitation', () => {
  it('is shown once with its code in the fragment of a link, mailed, and kept only as a hash', async () => {
    const { page, owner, email, code, href } = await anInvitation();
    expect(page.text).toContain(`${server.issuer}/join#code=${code}`);
    expect((await owner.visit(href)).text).not.toContain(code);
    expect((await owner.visit(href)).text).toContain(email);
    const mails = await db.selectFrom('mail_outbox').selectAll().where('recipient', '=', email).execute();
    expect(mails).toHaveLength(1);
    const stored = JSON.stringify([mails, await db.selectFrom('invitations').selectAll().execute()]);
    expect(stored).not.toContain(code);
  });

  it('lets someone without an account make one, verified, in the team, once', async () => {
    const { team, email, code } = await anInvitation();
    const person = new Person(server.issuer);
    const page = await enter(code, person);
    expect(page.text).toContain(email);
    const done = await person.submit(page, '/join', { name: 'Grace Hopper', password: PASSWORD });
    expect(done.text).toContain('Your account is ready');
    expect((await accountOf(server, email)).email_verified_at).not.toBeNull();
    expect(await roleIn(team.id, email)).toBe('developer');
    expect(await checkPassword(db, email, PASSWORD)).toMatchObject({ ok: true });

    expect((await enter(code)).text).toContain('This code opens nothing');
    const again = await person.submit(page, '/join', { name: 'Mallory', password: 'another good passphrase' });
    expect([again.response.status, (await accountOf(server, email)).name]).toEqual([400, 'Grace Hopper']);
  });

  it('keeps what was typed when the password is too short, but not the password', async () => {
    const { code } = await anInvitation();
    const person = new Person(server.issuer);
    const page = await person.submit(await enter(code, person), '/join', { name: 'Grace', password: 'too short 1' });
    expect(page.response.status).toBe(400);
    expect(page.text).toContain('at least 15 characters');
    expect(page.text).toContain('value="Grace"');
    expect(page.text).not.toContain('too short 1');
    const done = await person.submit(page, '/join', { name: 'Grace', password: PASSWORD });
    expect(done.text).toContain('Your account is ready');
  });

  it('takes no address, role or team from the form: what was invited counts', async () => {
    const { team, email, code } = await anInvitation(anAddress(), 'viewer');
    const person = new Person(server.issuer);
    const extra = { email: 'mallory@example.com', role: 'owner', team_id: 'team_x', platform_role: 'admin' };
    await person.submit(await enter(code, person), '/join', { name: 'Grace', password: PASSWORD, ...extra });
    expect(await roleIn(team.id, email)).toBe('viewer');
    expect((await accountOf(server, email)).platform_role).toBeNull();
    const mallory = db.selectFrom('accounts').select('id').where('email', '=', 'mallory@example.com');
    expect(await mallory.execute()).toEqual([]);
  });

  it('takes one click of someone who is signed in with the address', async () => {
    const person = await aPerson(server.database);
    const { team, code } = await anInvitation(person.email.toUpperCase());
    const visitor = await aVisitor(server, person);
    expect((await visitor.visit('/')).text).toContain(`You are invited to join ${team.name}.`);
    const page = await enter(code, visitor);
    expect(page.url).toBe(`${server.issuer}/teams`);
    const joined = await visitor.submit(page, '/accept');
    expect(joined.text).toContain('You are in the team now.');
    expect(await roleIn(team.id, person.email)).toBe('developer');
    for (const path of ['/', '/teams']) {
      expect((await visitor.visit(path)).text).not.toContain('You are invited');
    }
  });

  it('sends someone who has an account to sign in, and lets no one else accept', async () => {
    const person = await aPerson(server.database);
    const { code } = await anInvitation(person.email);
    expect((await enter(code)).text).toContain('Sign in to accept');
    const other = await aVisitor(server);
    expect((await enter(code, other)).text).toContain('You are signed in as');

    const { id } = await db
      .selectFrom('invitations')
      .select('id')
      .where('email', '=', person.email)
      .executeTakeFirstOrThrow();
    const csrf = /name="csrf" value="([^"]+)"/.exec((await other.visit('/teams/new')).text)?.[1] ?? '';
    expect((await other.request(`/invitations/${id}/accept`, { form: { csrf } })).status).toBe(404);
    expect((await other.request('/invitations/inv_unknown/accept', { form: { csrf } })).status).toBe(404);
  });

  it('ends when it is withdrawn, replaced by another, or seven days old', async () => {
    const { owner, email, code, href } = await anInvitation();
    const page = await owner.visit(href);
    const second = await owner.submit(page, '/invitations', { email, role: 'viewer' });
    const replaced = /lki_[\w-]+/.exec(second.text)?.[0] ?? '';
    expect((await enter(code)).response.status).toBe(400);
    expect((await enter(replaced)).text).toContain(email);
    await owner.submit(await owner.visit(href), '/withdraw');
    expect((await enter(replaced)).response.status).toBe(400);
    expect((await owner.visit(href)).text).not.toContain(email);

    const late = await anInvitation();
    controlTime();
    try {
      travel(7 * 86_400 + 1);
      expect((await enter(late.code)).response.status).toBe(400);
    } finally {
      releaseTime();
    }
  });

  it('is not made for a member, for a wrong address, or with a role that does not exist', async () => {
    const { owner, href } = await anInvitation();
    const [team] = [href.split('/').at(-1) ?? ''];
    const member = await aMember(server, { team, role: 'viewer' });
    const send = async (fields: Record<string, string>) =>
      owner.submit(await owner.visit(href), '/invitations', fields);
    expect((await send({ email: member.email, role: 'viewer' })).text).toContain('is in the team already');
    expect((await send({ email: 'grace', role: 'viewer' })).text).toContain('Give an email address');
    expect((await send({ email: 'grace@example.com', role: 'king' })).text).toContain(
      'Choose owner, developer or viewer',
    );
  });

  it('to an account alone is for admins to make, and puts nobody into a team', async () => {
    const email = anAddress();
    const admin = await aVisitor(server, await aMember(server, { platform: 'admin' }));
    const page = await admin.submit(await admin.visit('/operator/people'), '/invitations', { email });
    const code = /lki_[\w-]+/.exec(page.text)?.[0] ?? '';
    const person = new Person(server.issuer);
    await person.submit(await enter(code, person), '/join', { name: 'Grace', password: PASSWORD });
    const { id } = await accountOf(server, email);
    expect(await db.selectFrom('team_members').selectAll().where('account_id', '=', id).execute()).toEqual([]);
    const again = await admin.submit(await admin.visit('/operator/people'), '/invitations', { email });
    expect(again.text).toContain('has an account already');
  });

  it('has a code that nobody finds by trying', async () => {
    const guesser = new Person(server.issuer);
    const page = await guesser.visit('/join');
    const statuses: number[] = [];
    for (let i = 0; i < 30 && statuses.at(-1) !== 429; i += 1) {
      statuses.push((await guesser.submit(page, '/join/code', { code: `lki_guess${i}` })).response.status);
    }
    expect(new Set(statuses)).toEqual(new Set([400, 429]));
    expect(statuses.length).toBeLessThan(25);
    const { code } = await anInvitation();
    expect((await enter(code)).response.status).toBe(429);
  });

  it('is refused from a form of another site', async () => {
    const response = await new Person(server.issuer).request('/join/code', {
      form: { code: 'x' },
      headers: { origin: 'https://evil.example' },
    });
    expect(response.status).toBe(403);
  });

  it('rolls back whole: a mail that cannot be queued leaves no invitation', async () => {
    const broken = {
      ...createOutbox(server.secrets.masterKeys, server.issuer),
      put: () => Promise.reject(new Error('no')),
    };
    const email = anAddress();
    await expect(invite(db, broken, { email }, byOperator())).rejects.toThrow('no');
    expect(await db.selectFrom('invitations').select('id').where('email', '=', email).execute()).toEqual([]);
  });
});
