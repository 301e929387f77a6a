import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { By } from '../../src/access.ts';
import { removeLogo, setLogo } from '../../src/clients/logos/logos.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { createPictureDecoder } from '../../src/pictures/decoder.ts';
import { commandLineOf } from '../cli/in-process.ts';
import { aRobot } from '../support/admin-api.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { blackPng } from '../support/pictures.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';

let server: TestServer;
const pictures = createPictureDecoder();
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  pictures.close();
  await server.stop();
});

const db = () => server.database.db;
const CALLBACK = 'https://app.example.com/callback';

/** An app of a team, verified, and how its developer acts. */
async function aVerifiedApp() {
  const team = await aTeam(server);
  const developer = await aMember(server, { team: team.id });
  const { clientId } = await aClient(server.database, { type: 'web', team: team.id, redirectUris: [CALLBACK] });
  await updateClient(db(), { clientId, changes: { verified: true } }, byOperator());
  return { clientId, by: await byPerson(server, developer), developer };
}

const eventsOf = async (clientId: string) => {
  const events = db().selectFrom('audit_events').select(['type', 'detail']).where('client_id', '=', clientId);
  const rows = await events.where('type', 'in', ['client.verified', 'client.unverified']).orderBy('id').execute();
  return rows.map(({ type, detail }) => [type, (detail as { because?: string }).because]);
};
const isVerified = async (clientId: string) =>
  (await db().selectFrom('clients').select('verified').where('id', '=', clientId).executeTakeFirstOrThrow()).verified;

type Act = (app: Awaited<ReturnType<typeof aVerifiedApp>>, by?: By) => Promise<unknown>;
const change =
  (changes: Parameters<typeof updateClient>[1]['changes']): Act =>
  ({ clientId, by: developer }, by = developer) =>
    updateClient(db(), { clientId, changes }, by);
const upload: Act = ({ clientId, by: developer }, by = developer) =>
  setLogo(db(), { clientId, upload: blackPng(8, 8), pictures }, by);

describe('an app that is verified', () => {
  it.each<[string, string, Act]>([
    ['its name', 'name', change({ name: 'Somebody else' })],
    ['where it leads', 'redirect_uris', change({ redirectUris: [CALLBACK, 'https://evil.example.com/callback'] })],
    [
      'where it leads, by the port',
      'redirect_uris',
      change({ redirectUris: ['https://app.example.com:444/callback'] }),
    ],
    ['its logo', 'logo', upload],
  ])('is verified no more when its team changes %s, which is in the audit trail', async (_what, because, act) => {
    const app = await aVerifiedApp();
    await act(app);
    expect(await isVerified(app.clientId)).toBe(false);
    expect(await eventsOf(app.clientId)).toEqual([
      ['client.verified', undefined],
      ['client.unverified', because],
    ]);
  });

  it.each<[string, Act]>([
    ['its description', change({ description: 'Reads reports' })],
    ['nothing of its name', change({ name: undefined })],
    ['a path of the same host', change({ redirectUris: ['https://app.example.com/other'] })],
  ])('stays verified when its team changes %s', async (_what, act) => {
    const app = await aVerifiedApp();
    await act(app);
    expect(await isVerified(app.clientId)).toBe(true);
  });

  it('loses its mark with a removed logo, and keeps it when whoever looks after the platform changes it', async () => {
    const app = await aVerifiedApp();
    await upload(app, byOperator());
    await change({ name: 'Other', redirectUris: ['https://other.example.com/cb'] })(app, byOperator());
    expect(await isVerified(app.clientId)).toBe(true);
    await removeLogo(db(), app.clientId, app.by);
    expect(await isVerified(app.clientId)).toBe(false);
  });

  it('cannot be given the mark by its team, nor keep it by saying so with another name', async () => {
    const app = await aVerifiedApp();
    await change({ name: 'Somebody else', verified: true })(app);
    expect(await isVerified(app.clientId)).toBe(false);
    await expect(change({ verified: true })(app)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is called so where people sign in and agree, and on its page, and its team is not in the way', async () => {
    const { clientId, developer } = await aVerifiedApp();
    const browser = new Person(server.issuer);
    const signIn = await browser.visit(authorizationUrl(server, { clientId }));
    const consent = await browser.submit(signIn, '/sign-in', await aPerson(server.database));
    for (const { text } of [signIn, consent]) {
      expect([text.includes('Verified.'), text.includes('Unverified.')]).toEqual([true, false]);
    }
    // What the page said is what is done: the mark is a part of it.
    await updateClient(db(), { clientId, changes: { verified: false } }, byOperator());
    expect((await browser.submit(consent, '/consent')).response.status).toBe(409);
    const visitor = await aVisitor(server, developer);
    expect((await visitor.visit(`/apps/${clientId}`)).text).not.toContain('Verified');
  });
});

describe('a name that passes for that of a verified app', () => {
  it('is told on the health page of administrators, with who has it', async () => {
    const { clientId } = await aVerifiedApp();
    await updateClient(db(), { clientId, changes: { name: 'Ledger' } }, byOperator());
    const team = await aTeam(server, 'Latchkey support');
    const other = await aClient(server.database, { type: 'web', name: 'Ledg3r', team: team.id });
    const admin = await aVisitor(server, await aMember(server, { platform: 'admin' }));
    const { text } = await admin.visit('/operator/health');
    expect(text).toContain(`${other.clientId} (Ledg3r) passes for the verified app “Ledger”.`);
    expect(text).toContain(`${team.id} (Latchkey support) passes for “Latchkey”, the name of this installation.`);
  });
});

describe('the mark', () => {
  it('is set by an administrator in the portal, by a robot of the platform, and at the command line', async () => {
    const team = await aTeam(server);
    const { clientId } = await aClient(server.database, { type: 'web', team: team.id });
    const visitor = await aVisitor(server, await aMember(server, { platform: 'admin' }));
    const page = await visitor.visit(`/apps/${clientId}/settings`);
    const redirectUris = 'https://app.example.com/callback';
    const fields = { name: 'App', redirectUris, idTokenAlg: 'RS256', pkce: 'required', offlineAccess: 'allowed' };
    await visitor.submit(page, '/settings', {
      ...fields,
      refreshRetrySeconds: '10',
      verified: 'on',
      askEachTime: 'on',
    });
    const shown = await db().selectFrom('clients').selectAll().where('id', '=', clientId).executeTakeFirstOrThrow();
    expect([shown.verified, shown.ask_each_time, shown.first_party]).toEqual([true, true, false]);
    expect((await visitor.visit(`/apps/${clientId}`)).text).toContain('Verified');

    const robot = await aRobot(server, ['apps:read', 'apps:write', 'users:write']);
    expect((await robot.call('PATCH', `/apps/${clientId}`, { verified: false })).body.verified).toBe(false);
    const { run } = commandLineOf(server);
    expect((await run(['app', 'update', clientId, '--verified'])).code).toBe(0);
    expect(await eventsOf(clientId)).toEqual([
      ['client.verified', undefined],
      ['client.unverified', undefined],
      ['client.verified', undefined],
    ]);
  });
});
