import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { disableClient } from '../../src/clients/lifecycle.ts';
import { addSecret, removeSecret } from '../../src/clients/secrets/secrets.ts';
import { cancelSubscription } from '../../src/subscriptions/subscriptions.ts';
import { aClient, anApi } from '../support/factories.ts';
import { keysAreKnown } from '../support/keys.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post, requestToken } from '../support/tokens.ts';

/** The same apps and APIs on two servers; one of them sends everything through oidc-provider. */
interface Side {
  readonly server: TestServer;
  readonly apps: Record<string, { clientId: string; clientSecret: string }>;
}
let lane: Side;
let provider: Side;

const APIS = ['https://one.example.com', 'https://two.example.com/api?v=1'];

async function aSide(expressLane: 'on' | 'off'): Promise<Side> {
  const server = await startTestServer({ env: { EXPRESS_LANE: expressLane } });
  const { database } = server;
  const [one = '', two = ''] = APIS;
  await anApi(database, { identifier: one });
  await anApi(database, { identifier: two, tokenLifetime: 60, signingAlg: 'RS256' });
  await anApi(database, { identifier: 'urn:ed', signingAlg: 'EdDSA' });
  const subscribe = (api: string, ...scopes: string[]) => ({ api, scopes });
  const read = subscribe(one, 'reports:read');
  const both = [read, subscribe(two, 'reports:read', 'reports:write')];
  const apps = {
    single: await aClient(database, { type: 'machine', subscriptions: [read] }),
    several: await aClient(database, { type: 'machine', subscriptions: both }),
    chooses: await aClient(database, { type: 'machine', subscriptions: both, defaultApi: two }),
    post: await aClient(database, { type: 'machine', subscriptions: [read], authMethod: 'client_secret_post' }),
    ed: await aClient(database, { type: 'machine', subscriptions: [subscribe('urn:ed', 'reports:read')] }),
    none: await aClient(database, { type: 'machine' }),
    par: await aClient(database, { type: 'machine', subscriptions: [read], requirePar: true }),
    web: await aClient(database, { type: 'web', subscriptions: [read] }),
    expired: await aClient(database, { type: 'machine', subscriptions: [read] }),
    disabled: await aClient(database, { type: 'machine', subscriptions: [read] }),
  };
  const by = { actor: { type: 'operator' } as const, now: new Date() };
  await database.db.deleteFrom('client_secrets').where('client_id', '=', apps.expired.clientId).execute();
  const { secret } = await addSecret(
    database.db,
    { clientId: apps.expired.clientId, name: 'old', expiresAt: new Date(Date.now() - 1000) },
    by,
  );
  await disableClient(database.db, { clientId: apps.disabled.clientId, reason: 'test' }, by);
  await keysAreKnown(server);
  return { server, apps: { ...apps, expired: { clientId: apps.expired.clientId, clientSecret: secret } } };
}

beforeAll(async () => {
  // Which requests get a line in the log depends on the minute, and that must be the same for both.
  controlTime();
  [lane, provider] = await Promise.all([aSide('on'), aSide('off')]);
});
afterAll(async () => {
  await Promise.all([lane.server.stop(), provider.server.stop()]);
  releaseTime();
});

type How = 'basic' | 'post' | 'both' | 'none' | 'wrong' | 'lower' | 'spaces' | 'unpadded' | 'other id';
interface Case {
  readonly app: string;
  readonly how: How;
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly method: string;
  readonly query: string;
}

const encode = (id: string, secret: string) => Buffer.from(`${id}:${secret}`).toString('base64');

/** One request to one side, with what is random or different by nature taken out of the answer. */
async function ask({ server, apps }: Side, { app, how, body, headers, method, query }: Case) {
  const { clientId = '', clientSecret = '' } = apps[app] ?? {};
  const inBody = how === 'post' || how === 'both' ? `&client_id=${clientId}&client_secret=${clientSecret}` : '';
  const authorization: Partial<Record<How, string>> = {
    basic: `Basic ${encode(clientId, clientSecret)}`,
    both: `Basic ${encode(clientId, clientSecret)}`,
    wrong: `Basic ${encode(clientId, 'lks_wrong')}`,
    lower: `basic ${encode(clientId, clientSecret)}`,
    spaces: `Basic  ${encode(clientId, clientSecret)}`,
    unpadded: `Basic ${encode(clientId, clientSecret).replace(/=+$/, '')}`,
    'other id': `Basic ${encode(clientId, clientSecret)}`,
  };
  const response = await fetch(`${server.issuer}/token${query}`, {
    method,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(authorization[how] ? { authorization: authorization[how] } : {}),
      ...headers,
    },
    ...(method === 'GET' ? {} : { body: body + inBody + (how === 'other id' ? '&client_id=app_other' : '') }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: stable(response.headers, server.issuer),
    body: canonical(text, server, clientId),
  };
}

const VARYING = new Set(['date', 'x-request-id', 'content-length', 'keep-alive', 'retry-after']);
const stable = (headers: Headers, issuer: string) =>
  Object.fromEntries(
    [...headers]
      .filter(([name]) => !VARYING.has(name))
      .map(([name, value]) => [name, value.replaceAll(issuer, 'ISSUER')]),
  );

function canonical(text: string, server: TestServer, clientId: string): unknown {
  const replaced = text
    .replaceAll(server.issuer, 'ISSUER')
    .replaceAll(clientId || '\0', 'APP')
    .replace(/"request_id":"[^"]*"/, '');
  if (!replaced.includes('"access_token"')) return replaced.replace(/in \d+ seconds/, '');
  const { access_token: token, ...rest } = JSON.parse(text) as { access_token: string };
  const { jti, iat = 0, exp = 0, ...claims } = decodeJwt(token);
  const { kid, ...header } = decodeProtectedHeader(token);
  const known = JSON.stringify([header, claims]).replaceAll(server.issuer, 'ISSUER').replaceAll(clientId, 'APP');
  const order = Object.keys(decodeJwt(token)).join();
  return { rest, known, order, life: exp - iat, jti: jti?.length, kid: kid?.length };
}

const base: Case = {
  app: 'single',
  how: 'basic',
  body: 'grant_type=client_credentials',
  headers: {},
  method: 'POST',
  query: '',
};

/** Every app with every way to authenticate and every body, and then what is odd about headers and encoding. */
function cases(): Case[] {
  const bodies = [
    'grant_type=client_credentials',
    'grant_type=client_credentials&scope=reports:read',
    'grant_type=client_credentials&scope=reports%3Aread+reports%3Awrite',
    `grant_type=client_credentials&resource=${encodeURIComponent(APIS[0] ?? '')}&scope=reports:read`,
    `grant_type=client_credentials&resource=${encodeURIComponent(APIS[1] ?? '')}`,
    'grant_type=client_credentials&resource=https://unknown.example.com',
  ];
  const apps = ['single', 'several', 'chooses', 'post', 'ed', 'none', 'par', 'web', 'expired', 'disabled', 'unknown'];
  const product = apps.flatMap((app) =>
    (['basic', 'post', 'both'] as const).flatMap((how) => bodies.map((body) => ({ ...base, app, how, body }))),
  );
  const odd = [
    'scope=reports:read&grant_type=client_credentials',
    'grant_type=client_credentials&scope=',
    'grant_type=client_credentials&scope=%20',
    'grant_type=client_credentials&scope=reports:read%20',
    'grant_type=client_credentials&scope=reports:read%20reports:read',
    'grant_type=client_credentials&scope=reports:read%20bogus',
    'grant_type=client_credentials&scope=r%C3%A9ports',
    'grant_type=client_credentials&scope=openid',
    'grant_type=client_credentials&scope=a&scope=b',
    'grant_type=client_credentials&grant_type=client_credentials',
    'grant_type=client_credentials&resource=a&resource=b',
    'grant_type=client_credentials&resource=',
    'grant_type=client_credentials&resource=/relative',
    'grant_type=client_credentials&resource=https://one.example.com/',
    'grant_type=client_credentials&resource=https://one.example.com%23f',
    'grant_type=client_credentials&unknown=1',
    'grant_type=client_credentials&code=x',
    'grant_type=CLIENT_CREDENTIALS',
    'grant_type=password',
    'grant_type=refresh_token',
    'grant_type=',
    '',
    '&&&grant_type=client_credentials&&',
    'grant_type=client%5Fcredentials',
    'grant_type=client_credentials&client_assertion=x',
    'grant_type=client_credentials&__proto__=x',
    'grant_type=client_credentials&scope=%00',
    'grant_type=client_credentials&scope=%zz',
    `grant_type=client_credentials&scope=${'a'.repeat(60_000)}`,
  ].map((body) => ({ ...base, body }));
  const credentials = (['none', 'wrong', 'lower', 'spaces', 'unpadded', 'other id'] as const).flatMap((how) =>
    [base.body, bodies[3] ?? ''].map((body) => ({ ...base, how, body })),
  );
  const headers = [
    { origin: 'https://app.example.com' },
    { dpop: 'x' },
    { 'oauth-client-attestation': 'x' },
    { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    { 'content-type': 'application/x-www-form-urlencoded; charset=latin1' },
    { 'content-type': 'application/x-www-form-urlencoded; charset=nonsense' },
    { 'content-type': 'application/json' },
    { 'content-type': 'text/plain' },
    { accept: 'text/html' },
    { accept: 'application/json' },
    { 'x-forwarded-host': 'evil.example' },
    { cookie: 'latchkey_session=x' },
    { authorization: 'Bearer x' },
    { authorization: 'Basic' },
    { authorization: `Basic ${Buffer.from('no colon').toString('base64')}` },
    { authorization: `Basic ${Buffer.from('app%ZZ:x').toString('base64')}` },
  ].map((extra) => ({ ...base, headers: extra as Record<string, string> }));
  const shapes = ['GET', 'PUT', 'DELETE', 'OPTIONS'].map((method) => ({ ...base, method }));
  const queries = ['?', '?scope=reports:read', '?client_secret=x'].map((query) => ({ ...base, query }));
  return [...product, ...odd, ...credentials, ...headers, ...shapes, ...queries];
}

describe('the express lane', () => {
  it('answers hundreds of requests as oidc-provider does: status, headers, body and claims', async () => {
    const all = cases();
    expect(all.length).toBeGreaterThan(200);
    // It reads apps that it does not remember, and remembers what it decided.
    for (const round of ['first', 'forgotten', 'remembered', 'again']) {
      for (const one of all) {
        if (round === 'forgotten') lane.server.app.clientCache.watch(lane.server.database.db).invalidate?.();
        const [fast, plain] = [await ask(lane, one), await ask(provider, one)];
        expect({ round, one, answer: fast }).toEqual({ round, one, answer: plain });
      }
    }
  });

  it('is as quiet as oidc-provider in the audit trail', async () => {
    const eventsOf = async ({ server }: Side) => {
      const rows = await server.database.db
        .selectFrom('audit_events')
        .select(['type', 'actor_type'])
        // What the server does by itself comes when it comes.
        .where('actor_type', '<>', 'system')
        .orderBy('id')
        .execute();
      return rows.map(({ type, actor_type: actor }) => `${type} ${actor}`);
    };
    expect(await eventsOf(lane)).toEqual(await eventsOf(provider));
  });

  it('leaves the same usage as oidc-provider: counts, and lines with their reasons', async () => {
    const usageOf = async ({ server, apps }: Side) => {
      await server.app.usage.flush();
      const { db } = server.database;
      const names = new Map(Object.entries(apps).map(([name, { clientId }]) => [clientId, name]));
      const apis = await db.selectFrom('apis').select(['id', 'identifier']).execute();
      for (const { id, identifier } of apis) names.set(id, identifier);
      const named = (id: string | null) => names.get(id ?? '') ?? id;
      const hours = await db.selectFrom('usage_hours').selectAll().execute();
      const lines = await db.selectFrom('request_log').selectAll().orderBy('id').execute();
      return {
        hours: hours
          .map(({ client_id, api_id, event, outcome, count }) =>
            [named(client_id), named(api_id), event, outcome, count].join(' '),
          )
          .sort(),
        lines: lines.map(({ client_id, api_id, event, outcome, detail, scope, request_id }) => ({
          what: [named(client_id), named(api_id), event, outcome].join(' '),
          detail,
          scope,
          named: request_id?.length,
        })),
      };
    };
    const [ofLane, ofProvider] = [await usageOf(lane), await usageOf(provider)];
    expect(ofLane.hours.length).toBeGreaterThan(20);
    expect(ofLane).toEqual(ofProvider);
  });

  it('is taken by apps that are remembered, and by none when it is off', async () => {
    const tokens = async ({ server, apps }: Side) => {
      // The lane asks the keyring for the key that signs; the provider was given its keys when it was built.
      const active = jest.spyOn(server.app.keyring, 'active');
      const { body } = await requestToken(server, apps.single ?? { clientId: '', clientSecret: '' });
      const calls = active.mock.calls.length;
      active.mockRestore();
      await jwtVerify(body.access_token, createRemoteJWKSet(new URL(`${server.issuer}/jwks`)), { typ: 'at+jwt' });
      return calls;
    };
    expect(await tokens(lane)).toBe(1);
    expect(await tokens(provider)).toBe(0);
  });
});

describe('what the lane remembers of a request', () => {
  const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
  const aMachine = () =>
    aClient(lane.server.database, {
      type: 'machine',
      subscriptions: [{ api: APIS[0] ?? '', scopes: ['reports:read'] }],
    });
  const ask = async (app: { clientId: string; clientSecret: string }) => {
    const { status, body } = await requestToken(lane.server, app);
    return body.error ?? status;
  };
  /** Often enough that the answer comes from memory. */
  const askThrice = async (app: { clientId: string; clientSecret: string }) =>
    [await ask(app), await ask(app), await ask(app)].join();

  afterEach(releaseTime);

  it('ends with the secret, when it is removed', async () => {
    const app = await aMachine();
    const { db } = lane.server.database;
    const { id: secretId, secret } = await addSecret(db, { clientId: app.clientId, name: 'second' }, by());
    const second = { ...app, clientSecret: secret };
    expect([await askThrice(app), await askThrice(second)]).toEqual(['200,200,200', '200,200,200']);
    await removeSecret(db, { clientId: app.clientId, secretId }, by());
    expect([await askThrice(second), await askThrice(app)]).toEqual([
      'invalid_client,invalid_client,invalid_client',
      '200,200,200',
    ]);
  });

  it('ends with the secret, when its time is over', async () => {
    controlTime();
    const app = await aMachine();
    const expiresAt = new Date(Date.now() + 60_000);
    const { secret } = await addSecret(
      lane.server.database.db,
      { clientId: app.clientId, name: 'short', expiresAt },
      by(),
    );
    const short = { ...app, clientSecret: secret };
    expect([await askThrice(short), await askThrice(app)]).toEqual(['200,200,200', '200,200,200']);
    travel(59);
    expect(await ask(short)).toBe(200);
    travel(1);
    expect([await ask(short), await askThrice(app)]).toEqual(['invalid_client', '200,200,200']);
  });

  it('ends with the app, when it is disabled', async () => {
    const app = await aMachine();
    expect(await askThrice(app)).toBe('200,200,200');
    await disableClient(lane.server.database.db, { clientId: app.clientId, reason: 'test' }, by());
    expect(await ask(app)).toBe('invalid_client');
  });

  it('ends with the subscription, when it is cancelled', async () => {
    const app = await aMachine();
    expect(await askThrice(app)).toBe('200,200,200');
    await cancelSubscription(
      lane.server.database.db,
      { clientId: app.clientId, apiIdentifier: APIS[0] ?? '', reason: 'test' },
      by(),
    );
    expect(await ask(app)).toBe('invalid_target');
  });

  it('counts for that Authorization header alone, and for no request without one', async () => {
    const app = await aMachine();
    const body = { grant_type: 'client_credentials', client_id: app.clientId, client_secret: app.clientSecret };
    const send = async (headers: Record<string, string>) =>
      (await post(lane.server, '/token', body, undefined, headers)).status;
    expect([await send({}), await send({}), await send({ authorization: 'undefined' })]).toEqual([200, 200, 400]);
  });

  it('counts for that secret and that form alone', async () => {
    const app = await aMachine();
    expect(await askThrice(app)).toBe('200,200,200');
    expect(await ask({ ...app, clientSecret: `${app.clientSecret}x` })).toBe('invalid_client');
    const more = await requestToken(lane.server, app, { scope: 'reports:write' });
    expect(more.body.error).toBe('invalid_scope');
  });
});
