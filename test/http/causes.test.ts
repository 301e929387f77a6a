import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { inLanguage } from '../../src/texts/speech.ts';
import { inWords } from '../../src/usage/causes/cause.ts';
import { CAUSES, explain } from '../../src/usage/causes/explain.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post, requestToken } from '../support/tokens.ts';
import { linesOf } from '../support/usage.ts';

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

type App = Awaited<ReturnType<typeof aClient>>;
const subscriptions = () => [{ api: api.identifier, scopes: ['reports:read'] }];
const aMachine = () => aClient(server.database, { type: 'machine', subscriptions: subscriptions() });
const aWebApp = (more: object = {}) =>
  aClient(server.database, { type: 'web', subscriptions: subscriptions(), ...more });

/** What the log says of an app's one failure: the code, and the beginning of its cause. */
async function causeOf(app: { clientId: string }): Promise<string> {
  const lines = (await linesOf(server, app)).filter(({ outcome }) => outcome !== 'ok');
  const last = lines.at(-1);
  if (!last) throw new Error('nothing failed');
  const explanation = explain(last.outcome, last.detail);
  // The entry for whatever else has the code means that nobody knew this one.
  const known = CAUSES[last.outcome] ?? [];
  const general = known.at(-1)?.why;
  const isGeneral = known.length > 1 && general !== undefined && explanation?.cause === inWords(general).cause;
  return `${last.outcome}: ${isGeneral ? `only in general, the server said ${last.detail}` : explanation?.cause}`;
}

/** Failing requests of a machine app → the cause that its developer reads. */
const MACHINE: [string, Record<string, string> | [string, string][], string][] = [
  ['a scope that it may not have', { scope: 'reports:write' }, 'invalid_scope: The app’s subscription does not allow'],
  ['a scope of odd letters', { scope: 'r\u00e9ports' }, 'invalid_scope: The scope has characters'],
  ['an API that is unknown', { resource: 'https://other.example.com' }, 'invalid_target: There is no such API'],
  ['a relative API', { resource: '/reports' }, 'invalid_target: There is no such API'],
  ['a grant for people', { grant_type: 'authorization_code', code: 'x' }, 'unauthorized_client: This kind of app'],
  ['a password grant', { grant_type: 'password' }, 'unsupported_grant_type: This server does not have'],
  [
    'a parameter twice',
    [
      ['grant_type', 'client_credentials'],
      ['scope', 'a'],
      ['scope', 'b'],
    ],
    'invalid_request: A parameter came twice',
  ],
  ['no grant type', { grant_type: '' }, 'invalid_request: A parameter is missing'],
];

describe('a failing request is explained', () => {
  it.each(MACHINE)('a machine app with %s', async (_what, form, expected) => {
    const app = await aMachine();
    const all = Array.isArray(form) ? form : { grant_type: 'client_credentials', ...form };
    expect((await post(server, '/token', all, app)).status).toBe(400);
    expect(await causeOf(app)).toContain(expected);
  });

  it('a wrong secret, then too many of them', async () => {
    const app = await aMachine();
    await requestToken(server, { ...app, clientSecret: 'lks_wrong' });
    expect(await causeOf(app)).toContain('invalid_client: The secret is not one of this app’s live secrets');
    controlTime();
    for (let i = 0; i < 20; i += 1) await requestToken(server, { ...app, clientSecret: 'lks_wrong' });
    travel(61);
    expect((await requestToken(server, { ...app, clientSecret: 'lks_wrong' })).status).toBe(429);
    expect(await causeOf(app)).toContain('too_many_requests: There were 20 wrong secrets');
  });

  it('two ways to authenticate, or another than registered', async () => {
    const app = await aMachine();
    const form = { grant_type: 'client_credentials', client_id: app.clientId };
    // Both ways fail before the app is known, so nothing is told of it.
    await post(server, '/token', { ...form, client_secret: app.clientSecret }, app);
    expect(await linesOf(server, app)).toEqual([]);
    await post(server, '/token', form);
    expect(await causeOf(app)).toContain('invalid_client: The app proves who it is in another way');
  });

  it('a client assertion that is used twice, for someone else, or too old', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const app = await aClient(server.database, {
      type: 'machine',
      authMethod: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] },
      subscriptions: subscriptions(),
    });
    const sign = (claims: object) => {
      const now = Math.floor(Date.now() / 1000);
      const usual = {
        iss: app.clientId,
        sub: app.clientId,
        aud: server.issuer,
        jti: crypto.randomUUID(),
        exp: now + 60,
      };
      return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
    };
    const ask = (assertion: string) =>
      post(server, '/token', {
        grant_type: 'client_credentials',
        client_assertion: assertion,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      });
    const once = await sign({});
    expect([(await ask(once)).status, (await ask(once)).status]).toEqual([200, 401]);
    expect(await causeOf(app)).toContain('invalid_client: The same client_assertion came twice');
    await ask(await sign({ aud: 'https://elsewhere.example.com' }));
    expect(await causeOf(app)).toContain('invalid_client: The client_assertion is addressed to another server');
    await ask(await sign({ exp: Math.floor(Date.now() / 1000) - 60 }));
    expect(await causeOf(app)).toContain('invalid_client: The client_assertion has expired');
    await ask(await sign({ exp: Math.floor(Date.now() / 1000) + 3600 }));
    expect(await causeOf(app)).toContain('invalid_client: The client_assertion has expired, has no end, or lives');
  });

  it('codes: used twice, too old, of another app, with another verifier or redirect URI', async () => {
    const app = await aWebApp();
    const exchange = (changes: Record<string, string>, as: App = app) =>
      post(
        server,
        '/token',
        { grant_type: 'authorization_code', redirect_uri: 'https://app.example.com/callback', ...changes },
        as,
      );
    const { callback, verifier } = await signIn(server, app, ada, { parameters: { scope: 'openid' } });
    const code = callback.searchParams.get('code') ?? '';
    await exchange({ code, code_verifier: verifier });
    expect(await causeOf(app)).toContain('invalid_grant: The code was used before');
    await exchange({ code: 'made-up', code_verifier: verifier });
    expect(await causeOf(app)).toContain('invalid_grant: The code was used before, or this server never gave it out');
    const unused = async (of: App) => {
      const person = new Person(server.issuer);
      const url = authorizationUrl(server, of);
      return (await person.authorize(url, ada)).searchParams.get('code') ?? '';
    };
    await exchange({ code: await unused(app), code_verifier: 'x'.repeat(43) });
    expect(await causeOf(app)).toContain('invalid_grant: The code_verifier is missing, or not the one');
    const other = await aWebApp();
    await exchange({ code: await unused(app), code_verifier: verifier }, other);
    expect(await causeOf(other)).toContain('invalid_grant: ');
    expect(await causeOf(other)).not.toContain('only in general');
  });

  it('refresh tokens: reused, unknown, of an ended sign-in', async () => {
    const app = await aWebApp();
    const refresh = (token: unknown, form: Record<string, string> = {}) =>
      post(server, '/token', { grant_type: 'refresh_token', refresh_token: String(token), ...form }, app);
    const parameters = { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier };
    const { tokens } = await signIn(server, app, ada, { parameters });
    await refresh(tokens.refresh_token, { scope: 'reports:write' });
    expect(await causeOf(app)).toContain('invalid_scope: A refresh cannot have scopes');
    const next = await refresh(tokens.refresh_token);
    await refresh(tokens.refresh_token);
    expect(await causeOf(app)).toContain('invalid_grant: A used refresh token came back');
    await refresh(next.body.refresh_token);
    expect(await causeOf(app)).toContain('invalid_grant: This refresh token is unknown, or its sign-in was ended');
    await refresh('made-up');
    expect(await causeOf(app)).toContain('invalid_grant: This refresh token is unknown');
  });

  it('authorization requests: redirect URI, PKCE, scope, pushed requests, prompt=none', async () => {
    const visit = async (app: App, changes: Record<string, string | undefined>) => {
      await new Person(server.issuer).visit(authorizationUrl(server, app, changes));
      return causeOf(app);
    };
    const app = await aWebApp();
    const without = { code_challenge: undefined, code_challenge_method: undefined };
    expect(await visit(app, { redirect_uri: 'https://app.example.com/other' })).toContain(
      'invalid_redirect_uri: The redirect_uri is not registered',
    );
    expect(await visit(app, without)).toContain('invalid_request: The authorization request has no code_challenge');
    expect(await visit(app, { code_challenge_method: 'plain' })).toContain(
      'invalid_request: The authorization request has no code_challenge, or one that is not S256',
    );
    expect(await visit(app, { resource: api.identifier, scope: 'nothing', nonce: undefined })).toContain(
      'invalid_scope: None of the scopes is one',
    );
    expect(await visit(app, { resource: api.identifier, scope: 'reports:read' })).toContain(
      'invalid_request: The request has a parameter of OpenID Connect',
    );
    expect(await visit(app, { resource: '/reports' })).toContain('invalid_target: The resource is not an absolute URI');
    expect(await visit(app, { response_type: 'token' })).toContain('unsupported_response_type: This server has only');
    expect(await visit(app, { request_uri: 'urn:ietf:params:oauth:request_uri:x' })).toContain('invalid_request_uri: ');
    expect(await visit(await aWebApp({ requirePar: true }), {})).toContain('invalid_request: This app must push');
    const none = await aWebApp();
    await new Person(server.issuer).visit(authorizationUrl(server, none, { prompt: 'none' }));
    expect(explain('login_required', null)?.cause).toContain('prompt=none');
  });

  it('revoking a token of another app', async () => {
    const app = await aWebApp();
    const parameters = { scope: 'openid offline_access', prompt: 'consent' };
    const { tokens } = await signIn(server, app, ada, { parameters });
    const other = await aWebApp();
    await post(server, '/token/revocation', { token: String(tokens.refresh_token) }, other);
    expect(await causeOf(other)).toContain('invalid_request: The app tried to revoke a token of another app');
  });

  it('whatever the code, with a whole sentence each', () => {
    for (const causes of Object.values(CAUSES)) {
      for (const { why } of causes)
        for (const language of ['en', 'de'] as const)
          for (const text of Object.values(inLanguage(language, 'UTC', () => inWords(why))))
            expect(text).toMatch(/^(?:[A-Z]|resource ).*[.?]$/);
    }
    expect(explain('something_new', 'odd')?.fix).toContain('request id');
    expect(explain('ok', null)).toBeUndefined();
  });
});
