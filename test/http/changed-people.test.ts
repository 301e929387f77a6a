import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { aRobot } from '../support/admin-api.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationUrl, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let app: Awaited<ReturnType<typeof aClient>>;
let robot: Awaited<ReturnType<typeof aRobot>>;
beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  app = await aClient(server.database, {
    type: 'web',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });
  robot = await aRobot(server, ['users:read', 'users:write']);
});
afterAll(() => server.stop());

const parameters = { scope: 'openid profile email offline_access reports:read', prompt: 'consent' };

const userInfo = async (token: string) => {
  const response = await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as Record<string, unknown>;
};

describe('a person whose name and address are changed', () => {
  it('stays signed in, and the next tokens and UserInfo answers say what is new', async () => {
    const ada = await aPerson(server.database);
    // With an API the ID token says who it is, and without one UserInfo does.
    const forApi = { ...parameters, resource: api.identifier };
    const { tokens, person } = await signIn(server, app, ada, { parameters: forApi });
    const own = await signIn(server, app, ada, { parameters });
    expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ email: ada.email, name: 'Ada Lovelace' });
    const email = `moved-${ada.email}`;
    const path = `/users/${ada.account.id}`;
    const etag = (await robot.call('GET', path)).headers.get('etag') ?? '';
    const { status, body, headers } = await robot.call(
      'PATCH',
      path,
      { email, name: 'Ada King' },
      { 'if-match': etag },
    );
    expect([status, body.email, body.name, headers.get('etag')]).toEqual([200, email, 'Ada King', '"2"']);
    expect((await robot.call('PATCH', path, { name: 'Late' }, { 'if-match': etag })).status).toBe(412);

    const expected = { sub: ada.account.id, email, name: 'Ada King', email_verified: true };
    expect(await userInfo(own.tokens.access_token)).toMatchObject(expected);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const refreshed = await post(server, '/token', form, app);
    expect(decodeJwt(refreshed.body.id_token ?? '')).toMatchObject(expected);
    expect(
      (await person.visit(authorizationUrl(server, app, { prompt: 'none' }))).leftTo?.searchParams.get('code'),
    ).toBeTruthy();
  });

  it('gets a profile from the admin API, which null takes away again', async () => {
    const ada = await aPerson(server.database);
    const path = `/users/${ada.account.id}`;
    const given = await robot.call('PATCH', path, { given_name: 'Ada', picture: 'https://ada.example.com/me.png' });
    expect([given.status, given.body.given_name, given.body.nickname]).toEqual([200, 'Ada', null]);
    const { tokens } = await signIn(server, app, ada, { parameters: { scope: 'openid profile', prompt: 'consent' } });
    expect(await userInfo(tokens.access_token)).toMatchObject({ given_name: 'Ada' });
    expect((await robot.call('PATCH', path, { given_name: null })).body.given_name).toBeNull();
    const about = await userInfo(tokens.access_token);
    expect([Object.hasOwn(about, 'given_name'), about.picture]).toEqual([false, 'https://ada.example.com/me.png']);
    const wrong = await robot.call('PATCH', path, { preferred_username: 'ada@example.com' });
    expect([wrong.status, wrong.body.errors?.[0]?.field]).toEqual([400, 'preferred_username']);
  });

  it('signs in with the new address, and not with the one before', async () => {
    const ada = await aPerson(server.database);
    const email = `moved-${ada.email}`;
    await robot.call('PATCH', `/users/${ada.account.id}`, { email });
    const before = new Person(server.issuer);
    const page = await before.submit(await before.visit('/sign-in'), '/sign-in', ada);
    expect(page.text).toContain('do not go together');
    const visitor = await aVisitor(server, { ...ada, email });
    expect((await visitor.visit('/teams')).text).toContain(email);
  });

  it('frees the address for somebody else, and takes none of somebody else', async () => {
    const [ada, grace] = [await aPerson(server.database), await aPerson(server.database)];
    const path = `/users/${ada.account.id}`;
    const taken = await robot.call('PATCH', path, { email: grace.email.toUpperCase() });
    expect([taken.status, taken.body.code]).toEqual([409, 'conflict']);
    await robot.call('PATCH', path, { email: `moved-${ada.email}` });
    expect((await robot.call('PATCH', `/users/${grace.account.id}`, { email: ada.email })).status).toBe(200);
  });
});
