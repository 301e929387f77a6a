import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { postTo, type ServerProcess, startCluster } from '../support/server-process.ts';

/** More of them where faults are looked for (npm run test:faults). */
const ROUNDS = Number(process.env.RACE_ROUNDS ?? 20);

let storage: TestDatabase;
let cluster: ServerProcess[];
let person: Person;
let ada: Awaited<ReturnType<typeof aPerson>>;
let apis: string[];
let app: Awaited<ReturnType<typeof aClient>>;

beforeAll(async () => {
  storage = await createTestDatabase();
  cluster = await startCluster(storage.url ?? '', 2);
  apis = [await anApi(storage.database), await anApi(storage.database)].map(({ identifier }) => identifier);
  ada = await aPerson(storage.database);
  person = new Person(first().issuer);
  const subscriptions = apis.map((api) => ({ api, scopes: ['reports:read'] }));
  app = await aClient(storage.database, { type: 'web', refreshRetrySeconds: 10, subscriptions });
});
afterAll(async () => {
  await Promise.all(cluster.map((server) => server.stop()));
  await storage.drop();
});

const first = () => cluster[0] as ServerProcess;
const of = (index: number) => cluster[index % cluster.length] as ServerProcess;

/** A refresh token for both APIs. */
async function aRefreshToken(): Promise<string> {
  const url = new URL(
    authorizationUrl(first(), app, { scope: 'openid offline_access reports:read', prompt: 'consent' }),
  );
  for (const api of apis) url.searchParams.append('resource', api);
  const code = (await person.authorize(url.href, ada)).searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
  const { body } = await postTo(first(), '/token', { ...form, resource: apis[0] ?? '' }, app);
  return body.refresh_token ?? '';
}

const refresh = (server: ServerProcess, token: string, api = 0) =>
  postTo(server, '/token', { grant_type: 'refresh_token', refresh_token: token, resource: apis[api] ?? '' }, app);

const successorsOf = (answers: readonly { body: { refresh_token?: string } }[]) => [
  ...new Set(answers.map(({ body }) => body.refresh_token ?? '')),
];

describe('honest parallelism, over two processes', () => {
  it('C03: two tabs that refresh at once get the same tokens, again and again', async () => {
    let token = await aRefreshToken();
    for (let round = 0; round < ROUNDS; round += 1) {
      const tabs = await Promise.all([0, 1].map((tab) => refresh(of(tab), token)));
      expect(tabs.map(({ status }) => status)).toEqual([200, 200]);
      expect(tabs[0]?.text).toBe(tabs[1]?.text);
      [token = ''] = successorsOf(tabs);
    }
  }, 120_000);

  it('C03: four workers for two APIs each get a token for theirs, and all the same successor', async () => {
    let token = await aRefreshToken();
    for (let round = 0; round < ROUNDS; round += 1) {
      const workers = await Promise.all([0, 1, 2, 3].map((worker) => refresh(of(worker >> 1), token, worker % 2)));
      expect(workers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const audiences = workers.map(({ body }) => decodeJwt(body.access_token).aud);
      expect(audiences).toEqual([apis[0], apis[1], apis[0], apis[1]]);
      const successors = successorsOf(workers);
      expect(successors).toHaveLength(1);
      [token = ''] = successors;
    }
  }, 120_000);

  it('C15: a worker that is one refresh behind is refused, and signs nobody out', async () => {
    let token = await aRefreshToken();
    for (let round = 0; round < ROUNDS; round += 1) {
      const { body } = await refresh(of(0), token);
      const next = body.refresh_token ?? '';
      const [ahead, ...behind] = await Promise.all([
        refresh(of(0), next),
        ...[0, 1, 2].map((worker) => refresh(of(worker), token, worker % 2)),
      ]);
      expect(ahead?.status).toBe(200);
      for (const { status, body: told } of behind) {
        if (status === 200) expect(told.refresh_token).toBe(next);
        else expect([status, told.error]).toEqual([400, 'invalid_grant']);
      }
      token = ahead?.body.refresh_token ?? '';
    }
    expect((await refresh(of(1), token)).status).toBe(200);
  }, 120_000);

  it('E01: a revocation that comes between leaves no refresh token that works', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const token = await aRefreshToken();
      const [revoked, ...workers] = await Promise.all([
        postTo(of(round), '/token/revocation', { token }, app),
        ...[0, 1, 2, 3].map((worker) => refresh(of(worker), token, worker % 2)),
      ]);
      expect(revoked?.status).toBe(200);
      const winners = workers.filter(({ status }) => status === 200);
      const losers = workers.filter(({ status }) => status !== 200);
      expect(successorsOf(winners).length).toBeLessThanOrEqual(1);
      for (const { status, body } of losers) expect([status, body.error]).toEqual([400, 'invalid_grant']);
      for (const one of [token, ...successorsOf(winners)]) {
        for (const api of [0, 1]) expect((await refresh(of(api), one, api)).body.error).toBe('invalid_grant');
      }
    }
  }, 120_000);
});
