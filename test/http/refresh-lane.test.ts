import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { deletePerson } from '../../src/accounts/delete-person.ts';
import { disableAccount, withdrawConsent } from '../../src/accounts/lifecycle.ts';
import { suspendApi } from '../../src/apis/api-lifecycle.ts';
import { disableClient } from '../../src/clients/lifecycle.ts';
import { assignRole, unassignRole } from '../../src/roles/holders.ts';
import { cancelSubscription } from '../../src/subscriptions/subscriptions.ts';
import { hashOf } from '../../src/tokens/storage/artifacts.ts';
import { aDpopKey, type DpopKey, proofOf } from '../support/dpop.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { keysAreKnown } from '../support/keys.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { anApiWithRoles, aRole, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { basic, post, type TokenBody } from '../support/tokens.ts';

/** Two servers that are one: same database, issuer and keys; one of them sends everything through oidc-provider. */
let lane: TestServer;
let provider: TestServer;
/** One without anything special, RS256, EdDSA, one whose tokens name roles and whose reports:write needs one. */
let apis: Record<'plain' | 'rs' | 'ed' | 'roles', string>;

beforeAll(async () => {
  // Everything that lives as long as something else does so to the second.
  controlTime();
  lane = await startTestServer({ env: { EXPRESS_LANE: 'on' } });
  provider = await startTestServer({ issuer: lane.issuer, beside: lane, env: { EXPRESS_LANE: 'off' } });
  const { database } = lane;
  apis = {
    plain: (await anApi(database, { tokenLifetime: 77 })).identifier,
    rs: (await anApi(database, { signingAlg: 'RS256' })).identifier,
    ed: (await anApi(database, { signingAlg: 'EdDSA' })).identifier,
    roles: (await anApiWithRoles(database, { rolesClaim: true })).identifier,
  };
  await keysAreKnown(lane);
  await provider.app.keyring.reload();
});
afterAll(async () => {
  await provider.stop();
  await lane.stop();
  releaseTime();
});

type App = Awaited<ReturnType<typeof aClient>>;
type SomePerson = Awaited<ReturnType<typeof aPerson>>;
interface Family {
  readonly app: App;
  readonly grantId: string;
  readonly dpop: DpopKey | undefined;
  /** The refresh token that is in use, and the one before it. */
  token: string;
  former: string;
}

type Wish = Record<string, string | undefined>;
interface Case {
  readonly what: string;
  readonly app?: Parameters<typeof aClient>[1];
  /** Of the authorization request. */
  readonly wish?: () => Wish;
  /** The form besides grant_type and refresh_token, and headers. */
  readonly form?: () => string;
  readonly headers?: (family: Family) => Promise<Record<string, string>> | Record<string, string>;
  readonly setUp?: (setting: { person: SomePerson }) => Promise<unknown>;
  /** What happens after the tokens were issued, and before they are refreshed. */
  readonly before?: (setting: { app: App; person: SomePerson }) => Promise<unknown>;
  readonly dpop?: boolean;
  /** Which refresh token each request has. */
  readonly steps?: ('current' | 'former')[];
  /** How many of the requests the lane is to answer. */
  readonly taken: number;
}

const subscriptions = () => Object.values(apis).map((api) => ({ api, scopes: ['reports:read', 'reports:write'] }));
const web = { type: 'web' } as const;

async function aFamily(app: App, person: SomePerson, one: Case): Promise<Family> {
  const wish = {
    scope: 'openid offline_access reports:read',
    prompt: 'consent',
    resource: apis.plain,
    ...one.wish?.(),
  };
  const callback = await new Person(lane.issuer).authorize(authorizationUrl(lane, app, wish), person);
  const code = callback.searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
  const dpop = one.dpop ? await aDpopKey() : undefined;
  const proof = dpop && { dpop: await proofOf(dpop, { method: 'POST', url: `${lane.issuer}/token` }) };
  const { body } = await (app.clientSecret
    ? post(lane, '/token', form, app, proof)
    : post(lane, '/token', { ...form, client_id: app.clientId }, undefined, proof));
  const token = body.refresh_token ?? '';
  const row = await lane.database.db
    .selectFrom('artifacts')
    .select('grant_id')
    .where('id_hash', '=', hashOf(token))
    .executeTakeFirstOrThrow();
  return { app, grantId: row.grant_id ?? '', dpop, token, former: '' };
}

const VARYING = new Set(['date', 'x-request-id', 'content-length', 'keep-alive']);

async function send(server: TestServer, body: string, headers: Record<string, string>) {
  const type = 'application/x-www-form-urlencoded';
  const all = { host: new URL(lane.issuer).host, 'content-type': type, ...headers };
  const outgoing = request({ host: 'localhost', port: server.port, path: '/token', method: 'POST', headers: all });
  const [incoming] = (await once(outgoing.end(body), 'response')) as [IncomingMessage];
  const text = (await incoming.setEncoding('utf8').toArray()).join('');
  const { request_id: _varies, ...content } = JSON.parse(text) as TokenBody & { request_id?: string };
  const shown = Object.entries(incoming.headers).filter(([name]) => !VARYING.has(name));
  return { status: incoming.statusCode, headers: Object.fromEntries(shown), body: content };
}

/** What is random has its length left; the family's own grant has a name that both have. */
function canonical(value: unknown, { grantId }: Family): unknown {
  const text = JSON.stringify(value, (key, part) => {
    if (typeof part !== 'string') return part;
    if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(part)) return { header: decodeProtectedHeader(part), claims: decodeJwt(part) };
    return ['refresh_token', 'access_token', 'jti', 'nonce', 'sid', 'sessionUid', 'jkt'].includes(key)
      ? part.length
      : part;
  });
  return JSON.parse(text.replaceAll(grantId, 'GRANT'));
}

const sorted = (rows: readonly unknown[], family: Family) =>
  rows.map((row) => JSON.stringify(canonical(row, family))).sort();

/** All that is kept of a family. */
async function rowsOf({ grantId }: Family) {
  const rows = await lane.database.db
    .selectFrom('artifacts')
    .select(['model', 'account_id', 'client_id', 'payload', 'created_at', 'expires_at', 'consumed_at'])
    .where('grant_id', '=', grantId)
    .where('model', 'in', ['RefreshToken', 'AccessToken', 'Grant'])
    .execute();
  return rows;
}

const newestEvent = async () =>
  Number(
    (await lane.database.db.selectFrom('audit_events').select('id').orderBy('id', 'desc').limit(1).execute())[0]?.id,
  );

const eventsAfter = (id: number) =>
  lane.database.db
    .selectFrom('audit_events')
    .select(['at', 'type', 'actor_type', 'actor_id', 'client_id', 'account_id', 'ip', 'detail'])
    .where('id', '>', id as never)
    .orderBy('id')
    .execute();

/** What usage has of an app, which is all taken away. */
async function takeUsage({ clientId }: App) {
  const { db } = lane.database;
  for (const server of [lane, provider]) await server.app.usage.flush();
  const hours = await db.deleteFrom('usage_hours').where('client_id', '=', clientId).returningAll().execute();
  const lines = await db.deleteFrom('request_log').where('client_id', '=', clientId).returningAll().execute();
  return {
    hours: hours.map((hour) => JSON.stringify(hour)).sort(),
    lines: lines.map(({ id: _id, request_id, ...line }) => JSON.stringify([line, request_id?.length])).sort(),
  };
}

/** Apps that are not remembered go the ordinary way, and a change of anything makes all forgotten: here this one never is. */
async function remembering({ app: { clientCache }, database }: TestServer, { clientId }: App) {
  const entry = await clientCache.find(database.db, clientId);
  const spy = jest.spyOn(clientCache, 'peek');
  return entry ? spy.mockImplementation((id) => (id === clientId ? entry : undefined)) : spy;
}

/** One request, and all that there is to see of it. */
async function step(server: TestServer, family: Family, one: Case, which: 'current' | 'former') {
  const used = which === 'current' ? family.token : family.former;
  const auth: Record<string, string> = family.app.clientSecret ? { authorization: basic(family.app) } : {};
  const headers = { ...auth, ...(await one.headers?.(family)) };
  for (const [name, value] of Object.entries(headers)) if (value === '') delete headers[name];
  const before = await newestEvent();
  const peek = await remembering(server, family.app);
  const active = jest.spyOn(server.app.keyring, 'active');
  const body = `grant_type=refresh_token&refresh_token=${used}${one.form?.() ?? ''}`
    .replace('CLIENT_ID', family.app.clientId)
    .replace('CLIENT_SECRET', family.app.clientSecret);
  const answer = await send(server, body, headers);
  const taken = active.mock.calls.length > 0;
  active.mockRestore();
  peek.mockRestore();
  if (answer.body.refresh_token) [family.former, family.token] = [used, answer.body.refresh_token];
  const order = answer.body.id_token ? Object.keys(decodeJwt(answer.body.id_token)).join() : '';
  const seen = { answer, order, rows: sorted(await rowsOf(family), family), events: await eventsAfter(before) };
  return { taken, seen: canonical({ ...seen, usage: await takeUsage(family.app) }, family) };
}

const everything = 'openid profile email offline_access reports:read reports:write';
const cases: Case[] = [
  { what: 'plain', taken: 2 },
  { what: 'all scopes', wish: () => ({ scope: everything }), taken: 2 },
  { what: 'no ID token', wish: () => ({ scope: 'offline_access reports:read', nonce: undefined }), taken: 2 },
  { what: 'no nonce', wish: () => ({ nonce: undefined }), taken: 2 },
  { what: 'RS256', wish: () => ({ resource: apis.rs }), taken: 2 },
  {
    what: 'EdDSA',
    wish: () => ({ resource: apis.ed, scope: everything }),
    app: { ...web, idTokenAlg: 'EdDSA' },
    taken: 2,
  },
  { what: 'an ID token with RS256', app: { ...web, idTokenAlg: 'RS256' }, taken: 2 },
  { what: 'names the API', form: () => `&resource=${encodeURIComponent(apis.plain)}`, taken: 2 },
  { what: 'names another API', form: () => `&resource=${encodeURIComponent(apis.rs)}`, taken: 0 },
  { what: 'names no API', form: () => '&resource=', taken: 0 },
  { what: 'names an API twice', form: () => `&resource=${apis.plain}&resource=${apis.plain}`, taken: 0 },
  { what: 'for UserInfo', wish: () => ({ resource: undefined, scope: 'openid offline_access' }), taken: 2 },
  { what: 'a narrower scope', form: () => '&scope=reports:read', taken: 0 },
  { what: 'a wider scope', form: () => '&scope=reports:write', taken: 0 },
  { what: 'an unknown parameter', form: () => '&x=y', taken: 0 },
  { what: 'a parameter twice', form: () => '&grant_type=refresh_token', taken: 0 },
  {
    what: 'the secret in the body',
    headers: () => ({ authorization: '' }),
    form: () => '&client_id=CLIENT_ID&client_secret=CLIENT_SECRET',
    taken: 2,
  },
  { what: 'the secret twice', form: () => '&client_id=CLIENT_ID&client_secret=CLIENT_SECRET', taken: 0 },
  { what: 'client_id beside Basic', form: () => '&client_id=CLIENT_ID', taken: 2 },
  { what: 'another client_id', form: () => '&client_id=app_other', taken: 0 },
  {
    what: 'a wrong secret',
    headers: ({ app }) => ({ authorization: basic({ ...app, clientSecret: 'wrong' }) }),
    taken: 0,
  },
  { what: 'no secret', headers: () => ({ authorization: '' }), form: () => '&client_id=CLIENT_ID', taken: 0 },
  { what: 'an origin', headers: () => ({ origin: 'https://app.example.com' }), taken: 0 },
  // No proxy is trusted here, so the audit trail has the address of the connection.
  { what: 'an address that it claims', headers: () => ({ 'x-forwarded-for': '203.0.113.9' }), taken: 2 },
  { what: 'a public app', app: { type: 'native' }, form: () => '&client_id=CLIENT_ID', taken: 2 },
  {
    what: 'another way to authenticate than it was set to',
    app: { ...web, authMethod: 'client_secret_post' },
    taken: 2,
  },
  { what: 'an app of the first party', app: { ...web, firstParty: true }, taken: 2 },
  { what: 'max_age', wish: () => ({ max_age: '1000' }), taken: 0 },
  { what: 'acr_values', wish: () => ({ acr_values: 'urn:x' }), taken: 0 },
  { what: 'a DPoP proof', headers: async () => ({ dpop: await aProof(await aDpopKey()) }), taken: 0 },
  {
    what: 'a token with a key',
    dpop: true,
    headers: async ({ dpop }) => ({ dpop: dpop ? await aProof(dpop) : '' }),
    taken: 0,
  },
  { what: 'a confidential app and a token that was issued with DPoP', dpop: true, taken: 2 },
  { what: 'used before', steps: ['current', 'former', 'current'], taken: 1 },
  {
    what: 'asked again',
    app: { ...web, refreshRetrySeconds: 60 },
    steps: ['current', 'former', 'former', 'current'],
    taken: 2,
  },
  {
    what: 'asked again too late',
    app: { ...web, refreshRetrySeconds: 60 },
    steps: ['current', 'current', 'former'],
    taken: 2,
  },
  { what: 'roles that give it', wish: () => ({ resource: apis.roles, scope: everything }), setUp: withRole, taken: 2 },
  { what: 'roles that do not', wish: () => ({ resource: apis.roles, scope: everything }), taken: 2 },
  {
    what: 'a role that was taken away',
    wish: () => ({ resource: apis.roles, scope: 'offline_access reports:write', nonce: undefined }),
    setUp: withRole,
    before: withoutRoles,
    taken: 0,
  },
  {
    what: 'a subscription that ended',
    before: ({ app }) =>
      cancelSubscription(
        lane.database.db,
        { clientId: app.clientId, apiIdentifier: apis.plain, reason: 'test' },
        byOperator(),
      ),
    taken: 0,
  },
  {
    what: 'an app that was disabled',
    before: ({ app }) => disableClient(lane.database.db, { clientId: app.clientId, reason: 'test' }, byOperator()),
    taken: 0,
  },
  {
    what: 'a person who was disabled',
    before: ({ person }) =>
      disableAccount(lane.database.db, { accountId: person.account.id, reason: 'test' }, byOperator()),
    taken: 0,
  },
  {
    what: 'a person who was deleted',
    before: ({ person }) => deletePerson(lane.database.db, person.account.id, byOperator()),
    taken: 0,
  },
  {
    what: 'a consent that was withdrawn',
    before: ({ app, person }) =>
      withdrawConsent(lane.database.db, { accountId: person.account.id, clientId: app.clientId }, byOperator()),
    taken: 0,
  },
  { what: 'a token that is no longer used', before: async () => travel(14 * 86_400), taken: 0 },
  { what: 'a token shortly before', before: async () => travel(14 * 86_400 - 1), taken: 2 },
];

const aProof = (key: DpopKey) => proofOf(key, { method: 'POST', url: `${lane.issuer}/token` });

async function withRole({ person }: { person: SomePerson }): Promise<void> {
  const { db } = lane.database;
  const api = await db.selectFrom('apis').select('id').where('identifier', '=', apis.roles).executeTakeFirstOrThrow();
  const role = await aRole(lane.database, api.id, ['reports:write']);
  await assignRole(db, role.id, { person: person.email }, byOperator());
}

async function withoutRoles({ person }: { person: SomePerson }): Promise<void> {
  const { db } = lane.database;
  const accountId = person.account.id;
  const roles = await db.selectFrom('role_accounts').select('role_id').where('account_id', '=', accountId).execute();
  for (const { role_id: role } of roles) await unassignRole(db, role, { accountId }, byOperator());
}

describe('a refresh ahead of oidc-provider', () => {
  it.each(cases.map((one) => [one.what, one] as const))(
    'is as behind it in all that can be seen: %s',
    async (_what, one) => {
      const app = await aClient(lane.database, { subscriptions: subscriptions(), ...(one.app ?? web) });
      const person = await aPerson(lane.database);
      await one.setUp?.({ person });
      const [fast, plain] = [await aFamily(app, person, one), await aFamily(app, person, one)];
      await one.before?.({ app, person });
      await takeUsage(app);
      let taken = 0;
      for (const which of one.steps ?? (['current', 'current'] as const)) {
        const here = await step(lane, fast, one, which);
        const there = await step(provider, plain, one, which);
        expect(here.seen).toEqual(there.seen);
        expect(there.taken).toBe(false);
        taken += here.taken ? 1 : 0;
      }
      expect(taken).toBe(one.taken);
    },
  );
});

it('suspending an API ends what the lane would have given', async () => {
  const api = await anApi(lane.database);
  const app = await aClient(lane.database, {
    ...web,
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });
  const one: Case = { what: '', wish: () => ({ resource: api.identifier }), taken: 1 };
  const family = await aFamily(app, await aPerson(lane.database), one);
  expect((await step(lane, family, one, 'current')).taken).toBe(true);
  await suspendApi(lane.database.db, api, { reason: 'test' }, byOperator());
  const { body } = await post(lane, '/token', { grant_type: 'refresh_token', refresh_token: family.token }, app);
  expect(body.error).toBe('invalid_target');
});
