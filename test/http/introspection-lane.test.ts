import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Provider } from 'oidc-provider';
import { disableClient } from '../../src/clients/lifecycle.ts';
import { addSecret } from '../../src/clients/secrets/secrets.ts';
import { allowIntrospection } from '../../src/subscriptions/introspectors.ts';
import { cancelSubscription } from '../../src/subscriptions/subscriptions.ts';
import { aDpopKey, proofOf } from '../support/dpop.ts';
import { aClient, anApi } from '../support/factories.ts';
import { keysAreKnown } from '../support/keys.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';

/** Two servers that are one: same database, issuer and keys; one of them sends everything through oidc-provider. */
let lane: TestServer;
let provider: TestServer;
type App = { clientId: string; clientSecret: string };
const apps: Record<string, App> = {};
const tokens: Record<string, string> = {};
const ISSUER = 'https://issuer.example';
const API = 'https://api.example.com';
const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });

beforeAll(async () => {
  lane = await startTestServer({ issuer: ISSUER, env: { EXPRESS_LANE: 'on' } });
  provider = await startTestServer({ issuer: ISSUER, beside: lane, env: { EXPRESS_LANE: 'off' } });
  await furnish();
});
afterAll(async () => {
  await provider.stop();
  await lane.stop();
});

async function furnish() {
  const { database } = lane;
  await anApi(database, { identifier: API, tokenLifetime: 600 });
  await anApi(database, { identifier: 'urn:rs', signingAlg: 'RS256' });
  await anApi(database, { identifier: 'urn:ed', signingAlg: 'EdDSA' });
  await keysAreKnown(lane);
  await provider.app.keyring.reload();
  const subscriptions = [API, 'urn:rs', 'urn:ed'].map((api) => ({ api, scopes: ['reports:read'] }));
  const machine = (more: object = {}) => aClient(database, { type: 'machine', subscriptions, ...more });
  Object.assign(apps, {
    owner: await machine(),
    post: await machine({ authMethod: 'client_secret_post' }),
    stranger: await machine(),
    gateway: await machine(),
    web: await aClient(database, { type: 'web', subscriptions }),
    disabled: await machine(),
    expired: await machine(),
  });
  await allowIntrospection(database.db, { apiIdentifier: API, clientId: apps.gateway?.clientId ?? '' }, by());
  await database.db
    .deleteFrom('client_secrets')
    .where('client_id', '=', apps.expired?.clientId ?? '')
    .execute();
  const old = { clientId: apps.expired?.clientId ?? '', name: 'old', expiresAt: new Date(Date.now() - 1000) };
  apps.expired = { clientId: old.clientId, clientSecret: (await addSecret(database.db, old, by())).secret };
  const access = async (app: string, resource = API, headers = {}) =>
    (await ask(lane, '/token', `grant_type=client_credentials&resource=${resource}`, authorize(app), headers)).body
      .access_token as string;
  Object.assign(tokens, {
    es: await access('owner'),
    rs: await access('owner', 'urn:rs'),
    ed: await access('owner', 'urn:ed'),
    strangers: await access('stranger'),
    ofDisabled: await access('disabled'),
    dpop: await access('owner', API, {
      dpop: await proofOf(await aDpopKey(), { method: 'POST', url: `${ISSUER}/token` }),
    }),
  });
  await disableClient(database.db, { clientId: apps.disabled?.clientId ?? '', reason: 'test' }, by());
  const [header, payload, signature = ''] = (tokens.es ?? '').split('.');
  Object.assign(tokens, {
    unsigned: `${header}.${payload}.`,
    forged: `${header}.${payload}.${signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`,
    shortened: `${header}.${payload}.${signature.slice(0, 20)}`,
    respelled: `${header}.${payload}.${signature}=`,
    longer: `${tokens.es}.x`,
    none: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
    foreign: `${Buffer.from('{"alg":"ES256","kid":"x"}').toString('base64url')}.${payload}.${signature}`,
    opaque: 'x'.repeat(43),
    empty: '',
  });
}

const encode = (id: string, secret: string) => Buffer.from(`${id}:${secret}`).toString('base64');
const authorize = (app: string) => ({
  authorization: `Basic ${encode(apps[app]?.clientId ?? 'x', apps[app]?.clientSecret ?? 'x')}`,
});

const VARYING = new Set(['date', 'x-request-id', 'content-length', 'keep-alive', 'retry-after']);

async function ask(server: TestServer, path: string, body: string, ...more: Record<string, string>[]) {
  const type = 'application/x-www-form-urlencoded';
  const headers = Object.assign({ host: new URL(ISSUER).host, 'content-type': type }, ...more);
  const outgoing = request({ host: 'localhost', port: server.port, path, method: 'POST', headers }).end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const text = (await incoming.setEncoding('utf8').toArray()).join('').replace(/in \d+ seconds/, '');
  const { request_id: _varies, ...content } = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
  return {
    status: incoming.statusCode,
    headers: Object.entries(incoming.headers).filter(([name]) => !VARYING.has(name)),
    text: text.replace(/"request_id":"[^"]*"/, ''),
    body: content,
  };
}

interface Case {
  readonly path: string;
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** Every app and every token with every way to authenticate, and then what is odd about forms and headers. */
function cases(): Case[] {
  const path = '/token/introspection';
  const inBody = (app: string) =>
    `client_id=${apps[app]?.clientId ?? 'x'}&client_secret=${apps[app]?.clientSecret ?? 'x'}`;
  const product = [...Object.keys(apps), 'unknown'].flatMap((app) =>
    Object.values(tokens).flatMap((token) => [
      { path, body: `token=${token}`, headers: authorize(app) },
      { path, body: `token=${token}&${inBody(app)}`, headers: {} },
    ]),
  );
  const token = `token=${tokens.es}`;
  const headers = authorize('owner');
  const forms = [
    `${token}&token_type_hint=access_token`,
    `${token}&token_type_hint=refresh_token`,
    `${token}&token_type_hint=bogus`,
    `${token}&token_type_hint=`,
    `${token}&${token}`,
    `${token}&${inBody('owner')}`,
    `${token}&client_id=${apps.owner?.clientId}`,
    `${token}&client_id=${apps.stranger?.clientId}`,
    `${token}&unknown=1`,
    `${token}&scope=x`,
    `${token}&client_assertion=x`,
    `&&${token}&`,
    `token%3D=${tokens.es}`,
    `${token}%00`,
    `${token}%20`,
    '',
  ].map((body) => ({ path, body, headers }));
  const shapes = [
    {},
    { origin: 'https://app.example.com' },
    { dpop: 'x' },
    { accept: 'text/html' },
    { accept: 'application/token-introspection+jwt' },
    { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    { 'content-type': 'application/json' },
    { authorization: 'Bearer x' },
    { authorization: `Bearer ${tokens.es}` },
    { authorization: `Basic ${encode(apps.owner?.clientId ?? '', 'wrong')}` },
    { authorization: 'Basic' },
  ].map((extra) => ({ path, body: token, headers: { ...headers, ...extra } as Record<string, string> }));
  const queries = ['?', `?${token}`].map((query) => ({ path: path + query, body: token, headers }));
  return [...product, ...forms, ...shapes, ...queries];
}

async function expectAlike(all: readonly Case[]): Promise<void> {
  for (const one of all) {
    const [fast, plain] = [
      await ask(lane, one.path, one.body, one.headers),
      await ask(provider, one.path, one.body, one.headers),
    ];
    expect({ one, answer: fast }).toEqual({ one, answer: plain });
  }
}

const isActive = async (server: TestServer, token = '', app = 'owner') =>
  (await ask(server, '/token/introspection', `token=${token}`, authorize(app))).body.active;

describe('introspection ahead of oidc-provider', () => {
  it('answers hundreds of requests as behind it: status, headers and body', async () => {
    expect(cases().length).toBeGreaterThan(200);
    // Twice, because only apps that are remembered are served ahead.
    await expectAlike(cases());
    await expectAlike(cases());
    expect(await isActive(lane, tokens.es)).toBe(true);
  });

  it('is taken by apps that are remembered, and by none when it is off', async () => {
    const refusals = async (server: TestServer) => {
      const emit = jest.spyOn(Provider.prototype, 'emit');
      await isActive(server, tokens.es);
      const events = emit.mock.calls.map(([event]) => String(event));
      emit.mockRestore();
      return events.filter((event) => event === 'introspection.error').length;
    };
    expect([await refusals(lane), await refusals(provider)]).toEqual([0, 1]);
  });

  it('knows what another process has revoked as soon as that process has answered', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { access_token: token } = (
        await ask(lane, '/token', `grant_type=client_credentials&resource=${API}`, authorize('owner'))
      ).body as { access_token: string };
      expect(await isActive(lane, token)).toBe(true);
      await ask(provider, '/token/revocation', `token=${token}`, authorize('owner'));
      const answers = await Promise.all([isActive(lane, token), isActive(lane, tokens.es), isActive(lane, token)]);
      expect(answers).toEqual([false, true, false]);
    }
  });

  it('tells each of hundreds that ask at once about its own token', async () => {
    const { db } = lane.database;
    const many = await Promise.all(
      Array.from({ length: 40 }, () =>
        ask(lane, '/token', `grant_type=client_credentials&resource=${API}`, authorize('owner')),
      ),
    );
    const all = many.map(({ body }) => String(body.access_token));
    await Promise.all(
      all
        .filter((_, index) => index % 2 === 0)
        .map((token) => ask(lane, '/token/revocation', `token=${token}`, authorize('owner'))),
    );
    const asked = Array.from({ length: 200 }, (_, index) => index % all.length);
    const answers = await Promise.all(asked.map((index) => isActive(lane, all[index])));
    expect(answers).toEqual(asked.map((index) => index % 2 === 1));
    await db.deleteFrom('revocations').where('kind', '=', 'token').execute();
    expect(await isActive(lane, all[0])).toBe(true);
  });

  it('ends with a subscription and with time', async () => {
    const { db } = lane.database;
    const rs = { apiIdentifier: 'urn:rs', clientId: apps.owner?.clientId ?? '', reason: 'test' };
    expect(await isActive(lane, tokens.rs)).toBe(true);
    await cancelSubscription(db, rs, by());
    expect(await isActive(lane, tokens.rs)).toBe(false);
    await expectAlike(cases().slice(0, 40));

    expect(await isActive(lane, tokens.es)).toBe(true);
    controlTime();
    travel(601);
    expect(await isActive(lane, tokens.es)).toBe(false);
    await expectAlike(cases().slice(0, 40));
    releaseTime();
    expect(await isActive(lane, tokens.es)).toBe(true);
  });
});
