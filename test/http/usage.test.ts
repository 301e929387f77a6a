import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post, requestToken } from '../support/tokens.ts';
import { countsOf, linesOf } from '../support/usage.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());
afterEach(releaseTime);

const subscriptions = () => [{ api: api.identifier, scopes: ['reports:read'] }];
const aMachine = () => aClient(server.database, { type: 'machine', subscriptions: subscriptions() });
const aWebApp = () => aClient(server.database, { type: 'web', subscriptions: subscriptions() });

describe('usage', () => {
  it('counts a token request with its API, on the express lane and beside it', async () => {
    const app = await aMachine();
    for (let i = 0; i < 3; i += 1) expect((await requestToken(server, app)).status).toBe(200);
    expect(await countsOf(server, app)).toEqual([`client_credentials ok ${api.id} 3`]);
  });

  it('says why a request was refused, with the id of the request', async () => {
    const app = await aMachine();
    const refused = [
      await requestToken(server, { ...app, clientSecret: 'lks_wrong' }),
      await requestToken(server, app, { scope: 'reports:write' }),
      await requestToken(server, app, { resource: 'https://elsewhere.example.com' }),
      await post(server, '/token', { grant_type: 'authorization_code', code: 'x' }, app),
      await post(server, '/token', { grant_type: 'password' }, app),
    ];
    expect(await countsOf(server, app)).toEqual([
      'authorization_code unauthorized_client - 1',
      'client_credentials invalid_client - 1',
      `client_credentials invalid_scope ${api.id} 1`,
      'client_credentials invalid_target - 1',
      'token unsupported_grant_type - 1',
    ]);
    const lines = await linesOf(server, app);
    expect(lines.map(({ detail }) => detail)).toEqual([
      'invalid secret provided',
      'the app may not have a requested scope of this API',
      'resource indicator is unknown, or this app may not use it',
      'requested grant type is not allowed for this client',
      'unsupported grant_type requested',
    ]);
    expect(lines[1]?.scope).toBe('reports:write');
    expect(lines.map((line) => line.request_id)).toEqual(refused.map(({ headers }) => headers.get('x-request-id')));
  });

  it('knows the whole way of a person: authorization, code, refresh, reuse, UserInfo, introspection, revocation', async () => {
    const app = await aWebApp();
    const scope = 'openid offline_access reports:read';
    const { tokens } = await signIn(server, app, ada, {
      parameters: { scope, prompt: 'consent', resource: api.identifier },
    });
    const refreshed = await post(
      server,
      '/token',
      { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' },
      app,
    );
    await post(server, '/token/introspection', { token: refreshed.body.access_token }, app);
    await post(server, '/token/revocation', { token: refreshed.body.access_token }, app);
    await post(server, '/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }, app);
    const plain = await signIn(server, app, ada, { parameters: { scope: 'openid' } });
    await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${plain.tokens.access_token}` } });
    expect(await countsOf(server, app)).toEqual([
      'authorization ok - 1',
      `authorization ok ${api.id} 1`,
      'authorization_code ok - 1',
      `authorization_code ok ${api.id} 1`,
      'introspection ok - 1',
      'refresh_token invalid_grant - 1',
      `refresh_token ok ${api.id} 1`,
      'revocation ok - 1',
      'userinfo ok - 1',
    ]);
  });

  it('counts authorization and pushed requests that are refused, and what a person declines', async () => {
    const app = await aWebApp();
    const person = new Person(server.issuer);
    await person.visit(authorizationUrl(server, app, { redirect_uri: 'https://evil.example.com' }));
    await person.visit(authorizationUrl(server, app, { code_challenge: undefined, code_challenge_method: undefined }));
    await person.visit(authorizationUrl(server, app, { prompt: 'none' }));
    const page = await person.visit(authorizationUrl(server, app));
    await person.submit(page, '/cancel');
    await post(server, '/request', { response_type: 'code' }, app);
    expect(await countsOf(server, app)).toEqual([
      'authorization access_denied - 1',
      'authorization invalid_redirect_uri - 1',
      'authorization invalid_request - 1',
      'authorization login_required - 1',
      'pushed_request invalid_request - 1',
    ]);
    expect((await linesOf(server, app)).map(({ outcome }) => outcome).sort()).toEqual([
      'invalid_redirect_uri',
      'invalid_request',
      'invalid_request',
    ]);
  });

  it('belongs to nobody when the app is unknown', async () => {
    await requestToken(server, { clientId: 'app_nobody', clientSecret: 'x' });
    await requestToken(server, { clientId: 'app_nobody', clientSecret: 'x' });
    expect(await countsOf(server, { clientId: 'app_nobody' })).toEqual([]);
  });

  it('tells one success and ten failures of a minute, and counts them all', async () => {
    controlTime();
    const app = await aMachine();
    const minute = async () => {
      for (let i = 0; i < 12; i += 1) await requestToken(server, app, { scope: i === 0 ? 'reports:read' : 'none' });
      await server.app.usage.flush();
      await requestToken(server, app);
    };
    await minute();
    expect((await linesOf(server, app)).map(({ outcome }) => outcome).sort()).toEqual([
      ...Array.from({ length: 10 }, () => 'invalid_scope'),
      'ok',
    ]);
    travel(60);
    await minute();
    expect(await linesOf(server, app)).toHaveLength(22);
    const counts = await countsOf(server, app);
    expect(counts.map((line) => Number(line.split(' ').at(-1))).reduce((a, b) => a + b)).toBe(26);
  });

  it('keeps hours for 400 days and lines for 14', async () => {
    controlTime();
    const app = await aMachine();
    await requestToken(server, app);
    await server.app.usage.flush();
    travel(13.9 * 86_400);
    await server.app.jobs.cleanUp();
    expect(await linesOf(server, app)).toHaveLength(1);
    travel(0.2 * 86_400);
    await server.app.jobs.cleanUp();
    expect(await linesOf(server, app)).toHaveLength(0);
    travel(385 * 86_400);
    await server.app.jobs.cleanUp();
    expect(await countsOf(server, app)).toHaveLength(1);
    travel(2 * 86_400);
    await server.app.jobs.cleanUp();
    expect(await countsOf(server, app)).toHaveLength(0);
  });
});
