import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { changePassword, disableAccount, enableAccount, withdrawConsent } from '../../src/accounts/lifecycle.ts';
import { disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { revokeKey } from '../../src/keys/rotation.ts';
import { createSigners } from '../../src/keys/signers/signers.ts';
import { feedName } from '../../src/revocation/feed/content.ts';
import { allowIntrospection } from '../../src/subscriptions/introspectors.ts';
import { cancelSubscription } from '../../src/subscriptions/subscriptions.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { obtainCode, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic, post, requestToken } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
});
afterAll(() => server.stop());

const subscriptions = () => [{ api: api.identifier, scopes: ['reports:read'] }];
const aMachine = () => aClient(server.database, { type: 'machine', subscriptions: subscriptions() });
const aWebApp = () => aClient(server.database, { type: 'web', subscriptions: subscriptions() });
type App = Awaited<ReturnType<typeof aMachine>>;

const tokenOf = async (app: App) => (await requestToken(server, app, { resource: api.identifier })).body.access_token;
const onBehalfOf = (app: App, person: Awaited<ReturnType<typeof aPerson>>) =>
  signIn(server, app, person, {
    parameters: { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier },
  });

/** What the token's own app is told. The app may be disabled by then, so the API's resource server asks. */
let resourceServer: App;
beforeAll(async () => {
  resourceServer = await aMachine();
  const { clientId } = resourceServer;
  await allowIntrospection(server.database.db, { apiIdentifier: api.identifier, clientId }, by());
});
const introspect = async (token: string, caller: App = resourceServer) =>
  (await post(server, '/token/introspection', { token }, caller)).body as unknown as Record<string, unknown>;

async function readFeed() {
  const response = await fetch(`${server.issuer}/revocations`);
  const jwks = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
  const { payload } = await jwtVerify<{ revoked: Record<string, number>; seq: number }>(await response.text(), jwks, {
    issuer: server.issuer,
    typ: 'revocations+jwt',
  });
  return { response, ...payload };
}

describe('introspection of a JWT access token', () => {
  it('E08: tells its app and its API about it, and anyone else exactly that it is not active', async () => {
    const [app, stranger] = [await aMachine(), await aMachine()];
    const token = await tokenOf(app);
    const expected = {
      active: true,
      iss: server.issuer,
      sub: app.clientId,
      client_id: app.clientId,
      aud: api.identifier,
      scope: 'reports:read',
      token_type: 'Bearer',
    };
    expect(await introspect(token, app)).toMatchObject(expected);
    expect(await introspect(token)).toMatchObject(expected);
    expect(await introspect(token, stranger)).toEqual({ active: false });
  });

  it('E07: knows nothing of a token that was changed, or is not an access token', async () => {
    const app = await aMachine();
    const token = await tokenOf(app);
    expect(await introspect(`${token.slice(0, -4)}AAAA`, app)).toEqual({ active: false });
    const { tokens } = await onBehalfOf(await aWebApp(), await aPerson(server.database));
    expect(await introspect(tokens.id_token ?? '')).toEqual({ active: false });
  });
});

describe('revocation of a JWT access token', () => {
  it('E01 E09: ends it at once, and it alone', async () => {
    const app = await aMachine();
    const [token, other] = [await tokenOf(app), await tokenOf(app)];
    expect((await post(server, '/token/revocation', { token }, app)).status).toBe(200);
    expect(await introspect(token)).toEqual({ active: false });
    expect(await introspect(other)).toMatchObject({ active: true });
  });

  it('E03: is for its own app only', async () => {
    const [app, thief] = [await aMachine(), await aMachine()];
    const token = await tokenOf(app);
    const answer = await post(server, '/token/revocation', { token }, thief);
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    expect(await introspect(token)).toMatchObject({ active: true });
  });

  it('E04 E05: of nonsense is a success, and needs credentials', async () => {
    const app = await aMachine();
    const token = await tokenOf(app);
    expect((await post(server, '/token/revocation', { token: `${token}x` }, app)).status).toBe(200);
    expect((await post(server, '/token/revocation', { token })).status).toBe(401);
    expect(await introspect(token)).toMatchObject({ active: true });
  });
});

describe('access tokens are revoked', () => {
  /** Two tokens: one that must end, and one beside it that must not. */
  async function expectEnds(token: string, untouched: string, act: () => Promise<unknown>) {
    expect([await introspect(token), await introspect(untouched)]).toMatchObject([{ active: true }, { active: true }]);
    await act();
    expect(await introspect(token)).toEqual({ active: false });
    expect(await introspect(untouched)).toMatchObject({ active: true });
  }

  it('B02: when the code that they came from is used again', async () => {
    const [app, ada] = [await aWebApp(), await aPerson(server.database)];
    const { form } = await obtainCode(server, app, ada, { scope: 'reports:read', resource: api.identifier });
    const { body } = await post(server, '/token', form, app);
    const other = (await onBehalfOf(app, ada)).tokens.access_token;
    await expectEnds(body.access_token, other, () => post(server, '/token', form, app));
  });

  it('C02: when a refresh token of their family is used again', async () => {
    const [app, ada] = [await aWebApp(), await aPerson(server.database)];
    const { tokens } = await onBehalfOf(app, ada);
    const other = (await onBehalfOf(app, ada)).tokens.access_token;
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const refreshed = await post(server, '/token', form, app);
    await expectEnds(refreshed.body.access_token, other, () => post(server, '/token', form, app));
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
  });

  it('when their app is disabled; new ones come after it is enabled', async () => {
    const app = await aMachine();
    const other = await tokenOf(await aMachine());
    const disable = () => disableClient(server.database.db, { clientId: app.clientId, reason: 'test' }, by());
    await expectEnds(await tokenOf(app), other, disable);
    expect((await requestToken(server, app)).status).toBe(401);
    await enableClient(server.database.db, app.clientId, by());
    expect((await requestToken(server, app)).status).toBe(200);
  });

  it('C08: when their person is disabled, who cannot sign in or refresh', async () => {
    const [app, ada] = [await aWebApp(), await aPerson(server.database)];
    const { tokens } = await onBehalfOf(app, ada);
    const other = (await onBehalfOf(app, await aPerson(server.database))).tokens.access_token;
    const { id } = ada.account;
    await expectEnds(tokens.access_token, other, () =>
      disableAccount(server.database.db, { accountId: id, reason: 'test' }, by()),
    );
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    expect((await post(server, '/token', form, app)).body.error).toBe('invalid_grant');
    await expect(onBehalfOf(app, ada)).rejects.toThrow(/do not go together/);
    await enableAccount(server.database.db, id, by());
    expect((await post(server, '/token', form, app)).body.error).toBe('invalid_grant');
  });

  it('C08 J20: when their person changes the password, with every session', async () => {
    const [app, ada] = [await aWebApp(), await aPerson(server.database)];
    const { tokens, person } = await onBehalfOf(app, ada);
    const other = (await onBehalfOf(app, await aPerson(server.database))).tokens.access_token;
    const password = 'another horse battery staple';
    await expectEnds(tokens.access_token, other, () =>
      changePassword(server.database.db, { accountId: ada.account.id, password }, by()),
    );
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    expect((await post(server, '/token', form, app)).body.error).toBe('invalid_grant');
    await expect(signIn(server, app, ada, { person })).rejects.toThrow(/do not go together/);
    await signIn(server, app, { ...ada, password });
  });

  it('C08: when consent is withdrawn from their app, and it is asked for anew', async () => {
    const [app, otherApp, ada] = [await aWebApp(), await aWebApp(), await aPerson(server.database)];
    const { tokens } = await onBehalfOf(app, ada);
    const other = (await onBehalfOf(otherApp, ada)).tokens.access_token;
    const parties = { accountId: ada.account.id, clientId: app.clientId };
    await expectEnds(tokens.access_token, other, () => withdrawConsent(server.database.db, parties, by()));
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    expect((await post(server, '/token', form, app)).body.error).toBe('invalid_grant');
  });

  it('when the subscription of their API is cancelled, and the very next request fails', async () => {
    const second = await anApi(server.database);
    const app = await aClient(server.database, {
      type: 'machine',
      subscriptions: [...subscriptions(), { api: second.identifier, scopes: ['reports:read'] }],
    });
    await allowIntrospection(
      server.database.db,
      { apiIdentifier: second.identifier, clientId: resourceServer.clientId },
      by(),
    );
    const other = (await requestToken(server, app, { resource: second.identifier })).body.access_token;
    const cancelled = { clientId: app.clientId, apiIdentifier: api.identifier, reason: 'test' };
    await expectEnds(await tokenOf(app), other, () => cancelSubscription(server.database.db, cancelled, by()));
    expect((await requestToken(server, app, { resource: api.identifier })).body.error).toBe('invalid_target');
  });

  it('when the key that signed them is revoked, and another signs at once', async () => {
    const token = await tokenOf(await aMachine());
    const kid = decodeProtectedHeader(token).kid ?? '';
    const { db } = server.database;
    const signer = createSigners(server.secrets.masterKeys, undefined)[0];
    const policy = { rotateEvery: 86_400, publishFor: 900, retainFor: 86_400 };
    const { successor } = await revokeKey({ db, signer, policy }, { kid, reason: 'compromised' }, by());
    await server.app.keyring.reload();

    expect(await introspect(token)).toEqual({ active: false });
    const fresh = await tokenOf(await aMachine());
    expect(decodeProtectedHeader(fresh).kid).toBe(successor);
    expect(await introspect(fresh)).toMatchObject({ active: true });
    const { keys } = (await (await fetch(`${server.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
    expect(keys.map((key) => key.kid)).not.toContain(kid);
    expect((await readFeed()).revoked).toHaveProperty([feedName('key', kid)]);
  });
});

describe('the feed', () => {
  it('is signed, cacheable for seconds, and names what was revoked by a hash', async () => {
    const app = await aMachine();
    const token = await tokenOf(app);
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${server.issuer}/jwks`)));
    const before = await readFeed();
    await post(server, '/token/revocation', { token }, app);
    const name = feedName('token', payload.jti ?? '');
    let after = await readFeed();
    await until('it is in the feed', async () => {
      after = await readFeed();
      return name in after.revoked;
    });

    expect(after.revoked[name]).toBeGreaterThanOrEqual(payload.iat ?? 0);
    expect(after.seq).toBeGreaterThan(before.seq);
    expect(after.response.headers.get('cache-control')).toBe('public, max-age=2');
    expect(after.response.headers.get('content-type')).toBe('application/revocations+jwt');
    expect(JSON.stringify(after)).not.toContain(payload.jti);
    const etag = after.response.headers.get('etag') ?? '';
    const again = await fetch(`${server.issuer}/revocations`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  it('streams a revocation to those who listen', async () => {
    const app = await aMachine();
    const token = await tokenOf(app);
    const abort = new AbortController();
    const response = await fetch(`${server.issuer}/revocations/stream`, { signal: abort.signal });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    const nextFeed = async () => {
      for (let text = ''; ; ) {
        text += (await reader.read()).value;
        const data = text.match(/event: revocations\ndata: (\S+)\n\n/)?.[1];
        if (data) return JSON.parse(Buffer.from(data.split('.')[1] ?? '', 'base64url').toString()) as { seq: number };
      }
    };
    const first = await nextFeed();
    await post(server, '/token/revocation', { token }, app);
    // One that is signed anew without anything new in it may come in between.
    let next = await nextFeed();
    while (next.seq === first.seq) next = await nextFeed();
    expect(next.seq).toBeGreaterThan(first.seq);
    abort.abort();
  });

  it('stays under 100 KB with 1,000 live entries, and forgets what no longer matters', async () => {
    const { db } = server.database;
    const now = new Date();
    const later = new Date(now.getTime() + 60_000);
    const row = (i: number, forgetAt: Date) => ({
      kind: 'grant',
      value: `${i}`.padStart(43, 'x'),
      issued_before: now,
      forget_at: forgetAt,
      reason: 'test',
    });
    await db
      .insertInto('revocations')
      .values(Array.from({ length: 1000 }, (_, i) => row(i, later)))
      .execute();
    await db
      .insertInto('revocations')
      .values(row(5000, new Date(now.getTime() - 1000)))
      .execute();
    let feed = await readFeed();
    await until('all are in the feed', async () => {
      feed = await readFeed();
      return Object.keys(feed.revoked).length >= 1000;
    });
    const size = (await (await fetch(`${server.issuer}/revocations`)).text()).length;
    expect(Object.keys(feed.revoked).length).toBeGreaterThanOrEqual(1000);
    expect(size).toBeLessThan(100_000);
    expect(feed.revoked).not.toHaveProperty([feedName('grant', row(5000, now).value)]);
    await server.app.jobs.cleanUp();
    const forgotten = await db.selectFrom('revocations').select('seq').where('forget_at', '<', now).execute();
    expect(forgotten).toEqual([]);
  });
});

it('E01 E07: a caller that prefers HTML is served as well: these endpoints have nothing else than JSON', async () => {
  const app = await aMachine();
  const token = await tokenOf(app);
  const ask = (path: string) =>
    fetch(server.issuer + path, {
      method: 'POST',
      headers: { authorization: basic(app), accept: 'text/html' },
      body: new URLSearchParams({ token }),
    });
  expect(await (await ask('/token/introspection')).json()).toMatchObject({ active: true });
  expect((await ask('/token/revocation')).status).toBe(200);
  expect(await (await ask('/token/introspection')).json()).toEqual({ active: false });
});
