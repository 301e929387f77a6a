import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Kysely } from 'kysely';
import { up } from '../../migrations/0046-identifiers-alike.ts';
import { deleteApi } from '../../src/apis/api-lifecycle.ts';
import { commandLineOf } from '../cli/in-process.ts';
import { aTeam } from '../support/access.ts';
import { aRobot } from '../support/admin-api.ts';
import { createTestDatabase } from '../support/database.ts';
import { connect, poll, startDevice } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationParameters, CALLBACK, PKCE, signIn } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let direct: TestServer;
let ordinary: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
/** One of each form. */
let apis: { api: Awaited<ReturnType<typeof anApi>>; other: string }[];

beforeAll(async () => {
  direct = await startTestServer();
  ordinary = await startTestServer({ issuer: direct.issuer, beside: direct, env: { EXPRESS_LANE: 'off' } });
  ada = await aPerson(direct.database);
  const without = await anApi(direct.database);
  const withSlash = await anApi(direct.database, { identifier: `${without.identifier}/v1/` });
  apis = [
    { api: without, other: `${without.identifier}/` },
    { api: withSlash, other: withSlash.identifier.slice(0, -1) },
  ];
});
afterAll(async () => {
  await ordinary.stop();
  await direct.stop();
});

const FORMS = [
  ['with a slash', 0],
  ['without one', 1],
] as const;
const WAYS = [
  ['direct', () => direct],
  ['ordinary', () => ordinary],
] as const;

const theApi = (index: number) => apis[index] as (typeof apis)[number];
const subscriptionsOf = (...identifiers: string[]) => identifiers.map((api) => ({ api, scopes: ['reports:read'] }));
const anApp = (type: 'machine' | 'web' | 'device', index: number) =>
  aClient(direct.database, { type, subscriptions: subscriptionsOf(theApi(index).api.identifier) });

const ask = (on: TestServer, form: Record<string, string>, app: { clientId: string; clientSecret: string }) =>
  post({ issuer: `http://localhost:${on.port}` }, '/token', form, app, { host: new URL(on.issuer).host });
const audienceOf = (answer: { body: { access_token: string } }) => decodeJwt(answer.body.access_token).aud;

describe.each(FORMS)('an identifier that is sent %s, and registered otherwise', (_form, index) => {
  it.each(WAYS)('is that of the API for client credentials, on the %s way', async (_way, on) => {
    const { api, other } = theApi(index);
    const app = await anApp('machine', index);
    const answer = await ask(on(), { grant_type: 'client_credentials', resource: other }, app);
    expect([answer.status, audienceOf(answer)]).toEqual([200, api.identifier]);
  });

  it.each(WAYS)(
    'is that of the API for people, for codes, refreshes and their retries, on the %s way',
    async (_way, on) => {
      const { api, other } = theApi(index);
      const subscriptions = subscriptionsOf(api.identifier);
      const app = await aClient(direct.database, { type: 'web', refreshRetrySeconds: 60, subscriptions });
      const scope = 'openid offline_access reports:read';
      const { tokens, person } = await signIn(direct, app, ada, { parameters: { scope, resource: other } });
      expect(decodeJwt(tokens.access_token).aud).toBe(api.identifier);
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
      const first = await ask(on(), { ...form, resource: other }, app);
      const again = await ask(on(), { ...form, resource: api.identifier }, app);
      expect([first.status, audienceOf(first)]).toEqual([200, api.identifier]);
      expect(again.text).toBe(first.text);
      // Agreed once, whichever form is sent.
      const query = authorizationParameters(app, { scope, resource: api.identifier, prompt: 'none' });
      const { leftTo } = await person.visit(`${direct.issuer}/auth?${query}`);
      const code = leftTo?.searchParams.get('code') ?? '';
      const redeem = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
      expect(audienceOf(await ask(on(), { ...redeem, resource: other }, app))).toBe(api.identifier);
    },
  );

  it('is that of the API in a pushed request, and of a device', async () => {
    const { api, other } = theApi(index);
    const app = await anApp('web', index);
    const form = Object.fromEntries(authorizationParameters(app, { scope: 'openid reports:read', resource: other }));
    const { body } = await post(direct, '/request', form, app);
    const { request_uri: uri } = body as unknown as { request_uri: string };
    const query = new URLSearchParams({ client_id: app.clientId, request_uri: uri });
    const callback = await new Person(direct.issuer).authorize(`${direct.issuer}/auth?${query}`, ada);
    const code = callback.searchParams.get('code') ?? '';
    const redeem = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
    expect(audienceOf(await post(direct, '/token', redeem, app))).toBe(api.identifier);
    const tv = await anApp('device', index);
    const device = await startDevice(direct, tv, { scope: 'openid reports:read', resource: other });
    await connect(new Person(direct.issuer), device.user_code, ada);
    expect(audienceOf(await poll(direct, tv, device))).toBe(api.identifier);
  });

  it('is that of the API at the command line, in the admin API and in a file', async () => {
    const { api, other } = theApi(index);
    const { answer, run } = commandLineOf(direct);
    expect(await answer(['api', 'show', other])).toMatchObject({ identifier: api.identifier });
    const create = [
      'app',
      'create',
      '--name',
      'An app',
      '--type',
      'machine',
      '--api',
      other,
      '--scope',
      'reports:read',
    ];
    const { client_id: id } = await answer<{ client_id: string }>(create);
    expect((await run(['app', 'update', id, '--default-api', other])).code).toBe(0);
    expect(await answer(['app', 'show', id])).toMatchObject({ default_api: api.identifier });

    const robot = await aRobot(direct, ['apps:read', 'apps:write', 'subscriptions:write']);
    const team = await aTeam(direct.database);
    const wanted = { name: 'Another', type: 'machine', team_id: team.id };
    const made = await robot.call('POST', '/apps', wanted);
    const request = { app_id: made.body.id, api: other, scopes: ['reports:read'], reason: 'a test' };
    const asked = await robot.call('POST', '/subscriptions', request);
    expect([asked.status, asked.body.api?.identifier]).toEqual([201, api.identifier]);

    const file = (app: string) =>
      JSON.stringify({
        version: 2,
        apps: [
          { id: app, name: 'Of a file', type: 'machine', default_api: other, subscriptions: subscriptionsOf(other) },
        ],
      });
    expect((await run(['apply', '-f', '-'], { stdin: file(`filed-${index}`) })).code).toBe(0);
    expect(await answer(['app', 'show', `filed-${index}`])).toMatchObject({ default_api: api.identifier });
    expect((await run(['apply', '-f', '-'], { stdin: file(`filed-${index}`) })).stdout).toMatch(/^Nothing to do\./);
  });

  it('is that of the API in the token inspector', async () => {
    const { api, other } = theApi(index);
    const answer = await ask(direct, { grant_type: 'client_credentials' }, await anApp('machine', index));
    const visitor = await aVisitor(direct, ada);
    const page = await visitor.visit('/tools/inspector');
    const { text } = await visitor.submit(page, '/tools/inspector', { token: answer.body.access_token, api: other });
    expect(text).not.toContain(`It is for ${api.identifier}, and not for`);
  });

  it('is not free for another API, nor after its end for another team', async () => {
    const { api, other } = theApi(index);
    await expect(anApi(direct.database, { identifier: other })).rejects.toMatchObject({ code: 'conflict' });
    expect(await direct.database.db.selectFrom('apis').select('id').where('identifier', '=', other).execute()).toEqual(
      [],
    );
    expect(api.exact_slash).toBe(false);
  });
});

it('two APIs at the same moment get one identifier only', async () => {
  const identifier = 'https://race.example.com';
  const both = [anApi(direct.database, { identifier }), anApi(direct.database, { identifier: `${identifier}/` })];
  const outcomes = (await Promise.allSettled(both)).map(({ status }) => status).sort();
  expect(outcomes).toEqual(['fulfilled', 'rejected']);
});

it('another team does not get the other form of an API that was deleted', async () => {
  const { db } = direct.database;
  const [one, two] = [await aTeam(direct.database), await aTeam(direct.database)];
  const api = await anApi(direct.database, { teamId: one.id });
  await deleteApi(db, { id: api.id }, byOperator());
  const robot = await aRobot(direct, ['apis:write'], two.id);
  const wanted = { identifier: `${api.identifier}/`, name: 'Taken', team_id: two.id, scopes: [] };
  const { status } = await robot.call('POST', '/apis', wanted);
  expect(status).toBe(409);
});

it('only what differs by the slash alone is kept apart by the migration', async () => {
  const test = await createTestDatabase();
  const { db } = test.database;
  await db.schema.dropIndex('apis_identifier_alike').execute();
  await db.schema.alterTable('apis').dropColumn('exact_slash').execute();
  const identifiers = [
    'https://a.example.com',
    'https://a.example.com/',
    'https://b.example.com/',
    'https://c.example.com',
  ];
  const api = { name: 'Old', token_lifetime: 300, signing_alg: 'ES256' as const, created_at: new Date() };
  const rows = identifiers.map((identifier, index) => ({ ...api, id: `api_${index}`, identifier }));
  await db.insertInto('apis').values(rows).execute();
  await up(db as unknown as Kysely<unknown>);
  const exact = db.selectFrom('apis').select('identifier').where('exact_slash', '=', true).orderBy('identifier');
  expect((await exact.execute()).map(({ identifier }) => identifier)).toEqual(identifiers.slice(0, 2));
  const later = { ...api, id: 'api_later', identifier: 'https://b.example.com' };
  await expect(db.insertInto('apis').values(later).execute()).rejects.toThrow('apis_identifier_alike');
  await test.drop();
});

describe('two APIs from before that differ by the slash alone', () => {
  let pair: { bare: Awaited<ReturnType<typeof anApi>>; slashed: Awaited<ReturnType<typeof anApi>> };
  beforeAll(async () => {
    const { db } = direct.database;
    const bare = await anApi(direct.database);
    const slashed = await anApi(direct.database);
    await db.updateTable('apis').set({ exact_slash: true }).where('id', 'in', [bare.id, slashed.id]).execute();
    await db
      .updateTable('apis')
      .set({ identifier: `${bare.identifier}/` })
      .where('id', '=', slashed.id)
      .execute();
    pair = { bare, slashed: { ...slashed, identifier: `${bare.identifier}/` } };
  });

  it.each(WAYS)('stay apart, on the %s way', async (_way, on) => {
    const both = await aClient(direct.database, {
      type: 'machine',
      subscriptions: subscriptionsOf(pair.bare.identifier, pair.slashed.identifier),
    });
    for (const { identifier } of Object.values(pair)) {
      const answer = await ask(on(), { grant_type: 'client_credentials', resource: identifier }, both);
      expect(audienceOf(answer)).toBe(identifier);
    }
    const one = await aClient(direct.database, {
      type: 'machine',
      subscriptions: subscriptionsOf(pair.bare.identifier),
    });
    const refused = await ask(on(), { grant_type: 'client_credentials', resource: pair.slashed.identifier }, one);
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_target']);
  });

  it('stay apart where people sign in, and at the command line', async () => {
    const subscriptions = subscriptionsOf(pair.bare.identifier);
    const app = await aClient(direct.database, { type: 'web', subscriptions });
    const wish = { scope: 'openid reports:read', resource: pair.slashed.identifier };
    const form = Object.fromEntries(authorizationParameters(app, wish));
    expect((await post(direct, '/request', form, app)).body.error).toBe('invalid_target');
    const { answer } = commandLineOf(direct);
    for (const { id, identifier } of Object.values(pair)) {
      expect(await answer(['api', 'show', identifier])).toMatchObject({ id, identifier });
    }
  });
});
