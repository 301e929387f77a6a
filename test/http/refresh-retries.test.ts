import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { createClient } from '../../src/clients/clients.ts';
import { aDpopKey, type DpopKey, proofOf } from '../support/dpop.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, discover, PKCE, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let one: Awaited<ReturnType<typeof anApi>>;
let two: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  one = await anApi(server.database);
  two = await anApi(server.database);
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());
afterEach(releaseTime);

type App = { clientId: string; clientSecret: string };
const subscriptions = () =>
  [one, two].map(({ identifier: api }) => ({ api, scopes: ['reports:read', 'reports:write'] }));
const anApp = (type: 'web' | 'spa' = 'web') =>
  aClient(server.database, { type, refreshRetrySeconds: 10, subscriptions: subscriptions() });

const SCOPE = 'openid offline_access reports:read reports:write';

/** A refresh token for both APIs. */
async function forBoth(app: App): Promise<string> {
  const url = new URL(authorizationUrl(server, app, { scope: SCOPE, prompt: 'consent' }));
  for (const { identifier } of [one, two]) url.searchParams.append('resource', identifier);
  const callback = await new Person(server.issuer).authorize(url.href, ada);
  const code = callback.searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
  const { body } = await post(server, '/token', { ...form, resource: one.identifier }, app);
  return body.refresh_token ?? '';
}

interface Asked {
  readonly form?: Record<string, string>;
  readonly key?: DpopKey | undefined;
}

async function refresh(app: App, token: string | undefined, { form = {}, key }: Asked = {}) {
  const url = `${server.issuer}/token`;
  const headers: Record<string, string> = key ? { dpop: await proofOf(key, { method: 'POST', url }) } : {};
  const whole = { grant_type: 'refresh_token', refresh_token: token ?? '', client_id: app.clientId, ...form };
  return post(server, '/token', whole, app.clientSecret ? app : undefined, headers);
}

const forApi = ({ identifier }: { identifier: string }, scope?: string) => ({
  form: { resource: identifier, ...(scope === undefined ? {} : { scope }) },
});
const told = ({ status, body }: Awaited<ReturnType<typeof refresh>>) => [status, body.error];
const REFUSED = [400, 'invalid_grant'];

/** How many refresh tokens of the app nobody has used. */
async function unused(app: App): Promise<number> {
  const { db } = server.database;
  const rows = db.selectFrom('artifacts').select('id_hash').where('client_id', '=', app.clientId);
  return (await rows.where('model', '=', 'RefreshToken').where('consumed_at', 'is', null).execute()).length;
}

describe('a refresh that is asked for again inside the window', () => {
  it('is on for ten seconds where an app says nothing', async () => {
    const wanted = { name: 'Plain', type: 'web' as const, redirectUris: [CALLBACK], subscriptions: subscriptions() };
    const by = { actor: { type: 'operator' } as const, now: new Date() };
    const { client: row, secret } = await createClient(server.database.db, wanted, by);
    const app = { clientId: row.id, clientSecret: secret?.secret ?? '' };
    const token = await forBoth(app);
    const first = await refresh(app, token, forApi(one));
    expect((await refresh(app, token, forApi(one))).text).toBe(first.text);
    controlTime();
    travel(11);
    expect(told(await refresh(app, token, forApi(one)))).toEqual(REFUSED);
    expect(told(await refresh(app, first.body.refresh_token, forApi(one)))).toEqual(REFUSED);
  });

  it.each([
    ['in full', { form: {} }],
    ['with fewer scopes', { form: { scope: 'openid reports:read' } }],
  ])('on the same terms gets the same response, letter by letter: %s', async (_name, { form }) => {
    const app = await anApp();
    const token = await forBoth(app);
    const asked = { form: { ...form, resource: two.identifier } };
    const first = await refresh(app, token, asked);
    expect(told(first)).toEqual([200, undefined]);
    for (const _time of [1, 2]) expect((await refresh(app, token, asked)).text).toBe(first.text);
    expect(await unused(app)).toBe(1);
  });

  it('gives the same response when the only API is named the second time', async () => {
    const app = await anApp();
    const { tokens } = await signIn(server, app, ada, {
      parameters: { scope: SCOPE, prompt: 'consent', resource: one.identifier },
    });
    const first = await refresh(app, tokens.refresh_token);
    expect((await refresh(app, tokens.refresh_token, forApi(one))).text).toBe(first.text);
  });

  it('for another granted API gets a token for that, and the same successor', async () => {
    const app = await anApp();
    const token = await forBoth(app);
    const [first, second] = [await refresh(app, token, forApi(one)), await refresh(app, token, forApi(two))];
    expect([first, second].map(({ body }) => decodeJwt(body.access_token).aud)).toEqual([
      one.identifier,
      two.identifier,
    ]);
    expect(second.body.refresh_token).toBe(first.body.refresh_token);
    expect(await unused(app)).toBe(1);
    expect(told(await refresh(app, second.body.refresh_token, forApi(one)))).toEqual([200, undefined]);
  });

  it('with other scopes gets a token for those, and the same successor', async () => {
    const app = await anApp();
    const token = await forBoth(app);
    const first = await refresh(app, token, forApi(one, 'reports:read'));
    for (const scope of ['reports:write', 'openid reports:read reports:write']) {
      const next = await refresh(app, token, forApi(one, scope));
      expect(decodeJwt(next.body.access_token).scope).toBe(scope.replace('openid ', ''));
      expect(next.body.refresh_token).toBe(first.body.refresh_token);
      expect('id_token' in next.body).toBe(scope.includes('openid'));
    }
    expect(await unused(app)).toBe(1);
  });

  it('is checked as any refresh: another app, an API or scope that was not granted', async () => {
    const [app, thief] = [await anApp(), await anApp()];
    const token = await forBoth(app);
    const first = await refresh(app, token, forApi(one));
    expect(told(await refresh(thief, token, forApi(one)))).toEqual(REFUSED);
    const other = await anApi(server.database);
    expect(told(await refresh(app, token, forApi(other)))).toEqual([400, 'invalid_target']);
    expect(told(await refresh(app, token, forApi(one, 'profile')))).toEqual([400, 'invalid_scope']);
    expect((await refresh(app, token, forApi(one))).text).toBe(first.text);
  });

  it('is refused once the successor was used, and the family stays', async () => {
    const app = await anApp();
    const token = await forBoth(app);
    const first = await refresh(app, token, forApi(one));
    const second = await refresh(app, first.body.refresh_token, forApi(one));
    for (const api of [one, two]) expect(told(await refresh(app, token, forApi(api)))).toEqual(REFUSED);
    expect(told(await refresh(app, second.body.refresh_token, forApi(one)))).toEqual([200, undefined]);
  });

  it('is reuse after the window, which ends the family', async () => {
    const app = await anApp();
    const token = await forBoth(app);
    const first = await refresh(app, token, forApi(one));
    controlTime();
    travel(11);
    expect(told(await refresh(app, token, forApi(two)))).toEqual(REFUSED);
    expect(told(await refresh(app, first.body.refresh_token, forApi(one)))).toEqual(REFUSED);
  });

  it('gets nothing once the family was revoked', async () => {
    const app = await anApp();
    const token = await forBoth(app);
    const first = await refresh(app, token, forApi(one));
    await post(server, '/token/revocation', { token: first.body.refresh_token ?? '' }, app);
    for (const api of [one, two]) expect(told(await refresh(app, token, forApi(api)))).toEqual(REFUSED);
  });

  it('leaves an event each time', async () => {
    const app = await anApp();
    const token = await forBoth(app);
    for (const api of [one, one, two]) await refresh(app, token, forApi(api));
    const { db } = server.database;
    const rows = await db.selectFrom('audit_events').select('type').where('client_id', '=', app.clientId).execute();
    expect(rows.filter(({ type }) => type === 'refresh.retried')).toHaveLength(2);
    expect(rows.filter(({ type }) => type === 'refresh.rotated')).toHaveLength(1);
  });
});

describe('the proof key of a refresh that is asked for again', () => {
  it.each([
    ['another key', true, 'other'],
    ['none where there was one', true, 'none'],
    ['one where there was none', false, 'other'],
  ] as const)('is that of the refresh; refused, and the family stays: %s', async (_name, bound, then) => {
    const app = await anApp();
    const token = await forBoth(app);
    const [key, other] = [await aDpopKey(), await aDpopKey()];
    const first = await refresh(app, token, { ...forApi(one), key: bound ? key : undefined });
    expect(first.body.token_type).toBe(bound ? 'DPoP' : 'Bearer');
    for (const api of [one, two]) {
      const again = await refresh(app, token, { ...forApi(api), key: then === 'other' ? other : undefined });
      expect(told(again)).toEqual(REFUSED);
    }
    const honest = await refresh(app, token, { ...forApi(one), key: bound ? key : undefined });
    expect(honest.text).toBe(first.text);
  });

  it('is proved anew each time, and binds what is given for another API', async () => {
    const app = await anApp();
    const token = await forBoth(app);
    const key = await aDpopKey();
    const first = await refresh(app, token, { ...forApi(one), key });
    const second = await refresh(app, token, { ...forApi(two), key });
    expect(decodeJwt(second.body.access_token)).toMatchObject({ aud: two.identifier, cnf: { jkt: key.thumbprint } });
    expect(second.body.refresh_token).toBe(first.body.refresh_token);
    const url = `${server.issuer}/token`;
    const dpop = await proofOf(key, { method: 'POST', url });
    const form = { grant_type: 'refresh_token', refresh_token: token, resource: one.identifier };
    expect((await post(server, '/token', form, app, { dpop })).text).toBe(first.text);
    expect(told(await post(server, '/token', form, app, { dpop }))).toEqual(REFUSED);
  });
});

describe('a real client', () => {
  it('whose answer got lost, or who has two tabs, goes on: openid-client', async () => {
    for (const type of ['web', 'spa'] as const) {
      const app = await anApp(type);
      const { tokens } = await signIn(server, app, ada, {
        parameters: { scope: SCOPE, prompt: 'consent', resource: one.identifier },
      });
      const tabs = [await discover(server, app), await discover(server, app)];
      const answers = await Promise.all(tabs.map((tab) => client.refreshTokenGrant(tab, tokens.refresh_token ?? '')));
      expect(new Set(answers.map(({ refresh_token }) => refresh_token)).size).toBe(1);
      const [tab] = tabs;
      if (tab) await client.refreshTokenGrant(tab, answers[0]?.refresh_token ?? '');
    }
  });
});
