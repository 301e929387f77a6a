import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Provider } from 'oidc-provider';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { afterStatement, statementsDuring } from '../support/statements.ts';
import { post, requestToken } from '../support/tokens.ts';

/** Two servers that are one: same database, issuer and keys; one of them sends everything through oidc-provider. */
let lane: TestServer;
let provider: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
let app: Awaited<ReturnType<typeof aClient>>;

beforeAll(async () => {
  lane = await startTestServer({ env: { EXPRESS_LANE: 'on' } });
  provider = await startTestServer({ issuer: lane.issuer, beside: lane, env: { EXPRESS_LANE: 'off' } });
  ada = await aPerson(lane.database);
  app = await aClient(lane.database, { type: 'web' });
});
afterAll(async () => {
  await provider.stop();
  await lane.stop();
});

const tokensOf = async (of = app, scope = 'openid email offline_access') => {
  const parameters = { scope, prompt: 'consent' };
  const { tokens } = await signIn(lane, of, ada, { parameters });
  return { access: tokens.access_token, refresh: tokens.refresh_token ?? '' };
};

type Credentials = { clientId: string; clientSecret: string };
type About = 'introspection' | 'revocation';
const ask = ({ port }: TestServer, about: About, form: Record<string, string>, by: Credentials = app) =>
  post({ issuer: `http://localhost:${port}` }, `/token/${about}`, form, by, { host: new URL(lane.issuer).host });

type Models = { AccessToken: unknown; Interaction: unknown };
const readsOf = (model: keyof Models) => jest.spyOn(Provider.prototype as unknown as Models, model, 'get');

/**
 * Whether oidc-provider has looked for a token, and the statements about tokens. A provider that is built meanwhile, because an API of another
 * spec is new, reads every model once; a request about a token does not read interactions.
 */
async function wayOf(work: () => Promise<unknown>) {
  const [looked, built] = [readsOf('AccessToken'), readsOf('Interaction')];
  const statements = await statementsDuring(work);
  const isOrdinary = looked.mock.calls.length > built.mock.calls.length;
  looked.mockRestore();
  built.mockRestore();
  return [isOrdinary ? 'ordinary' : 'direct', statements.filter((text) => text.includes('artifacts')).length];
}

describe('opaque tokens ahead of oidc-provider', () => {
  it('are described in one statement, and so is what is no token', async () => {
    const { access, refresh } = await tokensOf();
    for (const token of [access, refresh, 'x'.repeat(43)]) {
      for (const hint of ['access_token', 'refresh_token', 'bogus']) {
        const form = { token, token_type_hint: hint };
        expect(await wayOf(() => ask(lane, 'introspection', form))).toEqual(['direct', 1]);
      }
      expect((await wayOf(() => ask(provider, 'introspection', { token })))[0]).toBe('ordinary');
    }
  });

  it('are revoked in one statement with their family, or in three where they end with a session', async () => {
    for (const [kind, scope, statements] of [
      ['refresh', 'openid offline_access', 1],
      ['access', 'openid offline_access', 1],
      ['access', 'openid', 3],
    ] as const) {
      const family = await tokensOf(app, scope);
      expect(await wayOf(() => ask(lane, 'revocation', { token: family[kind] }))).toEqual(['direct', statements]);
      for (const token of Object.values(family)) {
        if (token) expect((await ask(lane, 'introspection', { token })).text).toBe('{"active":false}');
      }
    }
  });

  it('are revoked by a public app that names itself by Basic with an empty secret', async () => {
    const spa = await aClient(lane.database, { type: 'spa' });
    const { refresh } = await tokensOf(spa, 'openid offline_access');
    const named = { clientId: spa.clientId, clientSecret: '' };
    expect((await ask(lane, 'introspection', { token: refresh }, named)).status).toBe(401);
    expect(await wayOf(() => ask(lane, 'revocation', { token: refresh }, named))).toEqual(['direct', 1]);
    expect(
      (await post(lane, '/token', { grant_type: 'refresh_token', refresh_token: refresh }, named)).body.error,
    ).toBe('invalid_grant');
  });

  it('have the same lines in the request log, with the scope that they are for', async () => {
    const api = await anApi(lane.database);
    const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
    const logged: unknown[] = [];
    for (const server of [lane, provider]) {
      const machine = await aClient(lane.database, { type: 'machine', subscriptions });
      const jwt = (await requestToken(lane, machine)).body.access_token;
      // The first success of a minute has a line.
      const web = await aClient(lane.database, { type: 'web' });
      const { access } = await tokensOf(web);
      const answers = [
        await ask(server, 'introspection', { token: jwt }, machine),
        await ask(server, 'introspection', { token: access }, web),
        await ask(server, 'revocation', { token: access }, web),
      ];
      await server.app.usage.flush();
      const ids = answers.map(({ headers }) => headers.get('x-request-id') ?? '');
      const lines = await lane.database.db
        .selectFrom('request_log')
        .select(['event', 'outcome', 'scope', 'detail', 'api_id', 'request_id'])
        .where('request_id', 'in', ids)
        .execute();
      logged.push(ids.map((id) => lines.find(({ request_id: one }) => one === id)).map((line) => line?.scope));
    }
    expect(logged[0]).toEqual(['reports:read', 'openid email offline_access', null]);
    expect(logged[0]).toEqual(logged[1]);
  });

  it('are answered 503 while the database is away, and that is counted too', async () => {
    const { access } = await tokensOf(app, 'openid');
    for (const about of ['introspection', 'revocation'] as const) {
      const away = Object.assign(new Error('the server shuts down'), { code: '57P01', severity: 'FATAL' });
      afterStatement('artifacts used', () => Promise.reject(away));
      const { status, body } = await ask(lane, about, { token: access });
      expect([status, body.error]).toEqual([503, 'temporarily_unavailable']);
    }
    await lane.app.usage.flush();
    const counts = await lane.database.db
      .selectFrom('usage_hours')
      .select(['event', 'count'])
      .where('client_id', '=', app.clientId)
      .where('outcome', '=', 'temporarily_unavailable')
      .orderBy('event')
      .execute();
    expect(counts.map(({ event, count }) => [event, Number(count)])).toEqual([
      ['introspection', 1],
      ['revocation', 1],
    ]);
    expect((await ask(lane, 'introspection', { token: access })).body).toMatchObject({ active: true });
  });
});
