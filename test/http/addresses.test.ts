import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as client from 'openid-client';
import { createRole } from '../../src/roles/roles.ts';
import { commandLineOf } from '../cli/in-process.ts';
import { aRobot } from '../support/admin-api.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { type SignedIn, signIn } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const ADDRESSES = ['r&d', 'sales/eu', 'bounce+a=b', 'jürgen', 'अजय'].map((local) => `${local}@example.com`);
const personOf = ({ configuration, tokens }: SignedIn) =>
  client.fetchUserInfo(configuration, tokens.access_token, client.skipSubjectCheck);
const keyOf = async (id: string) =>
  (await server.database.db.selectFrom('accounts').select('email_key').where('id', '=', id).executeTakeFirstOrThrow())
    .email_key;

describe.each(ADDRESSES)('%s', (email) => {
  it('is invited in the portal, makes an account, signs in, and is known by it to an app', async () => {
    const team = await aTeam(server);
    const owner = await aVisitor(server, await aMember(server, { team: team.id, role: 'owner' }));
    const invited = await owner.submit(await owner.visit(`/teams/${team.id}`), '/invitations', {
      email,
      role: 'viewer',
    });
    const code = /lki_[\w-]+/.exec(invited.text)?.[0] ?? '';
    const person = new Person(server.issuer);
    const page = await person.submit(await person.visit('/join'), '/join/code', { code });
    const password = 'correct horse battery staple';
    await person.submit(page, '/join', { name: 'Someone', password });
    const app = await aClient(server.database, { type: 'web' });
    const signedIn = await signIn(server, app, { email, password }, { parameters: { scope: 'openid email' } });
    expect(await personOf(signedIn)).toMatchObject({ email, email_verified: true });
  });
});

it('an address in a domain of other letters is one account in each of its spellings, and programs see its A-labels', async () => {
  const ada = await aPerson(server.database, { email: 'ada@müller.example' });
  expect(ada.account.email).toBe('ada@müller.example');
  expect(await keyOf(ada.account.id)).toBe('ada@xn--mller-kva.example');
  await expect(aPerson(server.database, { email: 'ADA@xn--mller-kva.example' })).rejects.toMatchObject({
    code: 'conflict',
  });
  const app = await aClient(server.database, { type: 'web' });
  for (const email of ['ada@müller.example', 'ada@xn--mller-kva.example', 'Ada@MÜLLER.example']) {
    const signedIn = await signIn(
      server,
      app,
      { ...ada, email },
      { parameters: { scope: 'openid email' }, person: new Person(server.issuer) },
    );
    expect(await personOf(signedIn)).toMatchObject({ sub: ada.account.id, email: 'ada@xn--mller-kva.example' });
  }
});

it('a person is found by each spelling of their address and name', async () => {
  const robot = await aRobot(server, ['users:read']);
  const zoe = await aPerson(server.database, { email: 'zoë@köln.example', name: 'Zoë Ünlü' });
  for (const search of ['zoë@köln', 'ZOË@KÖLN', 'zoë@köln'.normalize('NFD'), 'xn--kln-sna', 'Ünlü'.normalize('NFD')]) {
    const { body } = await robot.call('GET', `/users?search=${encodeURIComponent(search)}`);
    expect([search, body.data.map(({ id }: { id: string }) => id)]).toEqual([search, [zoe.account.id]]);
  }
});

it('the command line, a file and the admin API take the same addresses', async () => {
  const { answer, run } = commandLineOf(server);
  const made = await answer<{ id: string; email: string }>(
    ['user', 'create', '--email', 'r&d@grün.example', '--name', 'Research', '--password-stdin'],
    { stdin: 'correct horse battery staple' },
  );
  expect(made.email).toBe('r&d@grün.example');
  const file = 'groups:\n  - name: Research\n    members: [r&d@xn--grn-ioa.example]\n';
  expect(await run(['apply', '-f', 'latchkey.yaml'], { files: { 'latchkey.yaml': file } })).toMatchObject({
    code: 0,
    stderr: '',
  });
  const robot = await aRobot(server, ['users:write']);
  const { body, status } = await robot.call('POST', '/users', {
    email: 'Jürgen@grün.example',
    name: 'Jürgen',
    password: 'correct horse battery staple',
  });
  expect({ status, email: body.email }).toEqual({ status: 201, email: 'Jürgen@grün.example' });
});

describe('the name of a role', () => {
  it.each([
    ['Hindi', 'रिपोर्ट पाठक'],
    ['Thai', 'ผู้ดูแลระบบ'],
    ['Tamil', 'நிர்வாகி'],
    ['Arabic', 'مُدِيرُ التقارير'],
    ['Persian', 'نرم‌افزار'],
    ['French, taken apart', 'Équipe qualité'.normalize('NFD')],
  ])('may be in %s', async (_language, name) => {
    const api = await anApi(server.database);
    const role = await createRole(server.database.db, api.id, { name, scopes: [] }, byOperator());
    expect(role.name).toBe(name.normalize('NFC'));
  });

  it('is the same one taken apart and put together', async () => {
    const api = await anApi(server.database);
    const { db } = server.database;
    await createRole(db, api.id, { name: 'Qualité', scopes: [] }, byOperator());
    await expect(
      createRole(db, api.id, { name: 'Qualité'.normalize('NFD'), scopes: [] }, byOperator()),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each(['\u0301x', 'Pay\u200dments', 'Pay\u034fments', 'P\u0430yments'])('is not %j', async (name) => {
    const api = await anApi(server.database);
    await expect(createRole(server.database.db, api.id, { name, scopes: [] }, byOperator())).rejects.toMatchObject({
      issues: expect.arrayContaining([expect.objectContaining({ path: ['name'] })]),
    });
  });
});
