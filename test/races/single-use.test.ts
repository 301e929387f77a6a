import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type * as client from 'openid-client';
import { invite } from '../../src/teams/invitations.ts';
import { createTeam } from '../../src/teams/teams.ts';
import { anAssertionKey, asForm, assertionOf } from '../support/assertions.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aDpopKey, proofOf } from '../support/dpop.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { send } from '../support/load.ts';
import { Person } from '../support/person.ts';
import { authorizationRequest, CALLBACK, discover } from '../support/relying-app.ts';
import { postTo, type ServerProcess, startCluster } from '../support/server-process.ts';

/** More of them where faults are looked for (npm run test:faults). */
const ROUNDS = Number(process.env.RACE_ROUNDS ?? 50);
const PARALLEL = 20;

let storage: TestDatabase;
let cluster: ServerProcess[];
let person: Person;
let ada: Awaited<ReturnType<typeof aPerson>>;
let api: Awaited<ReturnType<typeof anApi>>;
type App = Awaited<ReturnType<typeof anApp>>;

beforeAll(async () => {
  storage = await createTestDatabase();
  cluster = await startCluster(storage.url ?? '', 2);
  api = await anApi(storage.database);
  ada = await aPerson(storage.database);
  person = new Person(cluster[0]?.issuer ?? '');
});
afterAll(async () => {
  await Promise.all(cluster.map((server) => server.stop()));
  await storage.drop();
});

const anApp = (refreshRetrySeconds = 0) =>
  aClient(storage.database, {
    type: 'web',
    refreshRetrySeconds,
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });

async function aCode(configuration: client.Configuration): Promise<Record<string, string>> {
  const { url, verifier } = await authorizationRequest(configuration, {
    scope: 'openid offline_access',
    prompt: 'consent',
  });
  const callback = await person.authorize(url.href, ada);
  return {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    code_verifier: verifier,
    redirect_uri: CALLBACK,
  };
}

/** The same request many times at once, spread over the processes. */
const race = (app: App, form: Record<string, string>) =>
  Promise.all(
    Array.from({ length: PARALLEL }, (_, i) =>
      postTo(cluster[i % cluster.length] as ServerProcess, '/token', form, app),
    ),
  );

const first = () => cluster[0] as ServerProcess;
const refreshForm = (token: string | undefined) => ({ grant_type: 'refresh_token', refresh_token: token ?? '' });

async function liveArtifacts(app: App, model: string): Promise<number> {
  const rows = await storage.database.db
    .selectFrom('artifacts')
    .select('model')
    .where('client_id', '=', app.clientId)
    .where('model', '=', model)
    .where('consumed_at', 'is', null)
    .execute();
  return rows.length;
}

describe(`${PARALLEL} at once, over two processes`, () => {
  it('B06: redeem one code: one wins, the others revoke what it got', async () => {
    const app = await anApp();
    const configuration = await discover(first(), app);
    for (let round = 0; round < ROUNDS; round += 1) {
      const answers = await race(app, await aCode(configuration));
      const winners = answers.filter((answer) => answer.status === 200);
      const losers = answers.filter((answer) => answer.status !== 200);
      expect(winners).toHaveLength(1);
      expect(new Set(losers.map((answer) => `${answer.status} ${answer.body.error}`))).toEqual(
        new Set(['400 invalid_grant']),
      );
      const after = await postTo(first(), '/token', refreshForm(winners[0]?.body.refresh_token), app);
      expect(after.body.error).toBe('invalid_grant');
    }
    expect(await liveArtifacts(app, 'RefreshToken')).toBe(0);
  }, 240_000);

  it('C03: use one refresh token: one wins, and the family is revoked', async () => {
    const app = await anApp();
    const configuration = await discover(first(), app);
    for (let round = 0; round < ROUNDS; round += 1) {
      const tokens = await postTo(first(), '/token', await aCode(configuration), app);
      const answers = await race(app, refreshForm(tokens.body.refresh_token));
      const winners = answers.filter((answer) => answer.status === 200);
      const losers = answers.filter((answer) => answer.status !== 200);
      expect(winners).toHaveLength(1);
      expect(new Set(losers.map((answer) => `${answer.status} ${answer.body.error}`))).toEqual(
        new Set(['400 invalid_grant']),
      );
      const after = await postTo(first(), '/token', refreshForm(winners[0]?.body.refresh_token), app);
      expect(after.body.error).toBe('invalid_grant');
    }
    expect(await liveArtifacts(app, 'RefreshToken')).toBe(0);
  }, 240_000);

  it('C15: use one refresh token with a retry window: all get the same tokens, with one successor', async () => {
    const app = await anApp(60);
    const configuration = await discover(first(), app);
    for (let round = 0; round < ROUNDS; round += 1) {
      const tokens = await postTo(first(), '/token', await aCode(configuration), app);
      const answers = await race(app, refreshForm(tokens.body.refresh_token));
      expect(answers.map((answer) => answer.status)).toEqual(Array(PARALLEL).fill(200));
      expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
      expect(await liveArtifacts(app, 'RefreshToken')).toBe(1);
      const successor = answers[0]?.body.refresh_token ?? '';
      expect((await postTo(first(), '/token', refreshForm(successor), app)).status).toBe(200);
      await storage.database.db
        .deleteFrom('artifacts')
        .where('client_id', '=', app.clientId)
        .where('model', '=', 'RefreshToken')
        .execute();
    }
  }, 240_000);

  it('G02: use one pushed request: one authorization', async () => {
    const app = await anApp();
    const configuration = await discover(first(), app);
    const { url } = await authorizationRequest(configuration, { scope: 'openid' });
    await person.authorize(url.href, ada);
    const cookie = [...person.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
    for (let round = 0; round < ROUNDS; round += 1) {
      const pushed = await postTo(first(), '/request', Object.fromEntries(url.searchParams), app);
      const { request_uri: requestUri } = pushed.body as unknown as { request_uri: string };
      const query = new URLSearchParams({ client_id: app.clientId, request_uri: requestUri });
      const answers = await Promise.all(
        Array.from({ length: PARALLEL }, (_, i) =>
          send({
            port: (cluster[i % cluster.length] as ServerProcess).port,
            host: new URL(first().issuer).host,
            path: `/auth?${query}`,
            headers: { cookie, accept: 'text/html' },
          }),
        ),
      );
      const told = answers.map(({ headers }) => URL.parse(String(headers.location))?.searchParams);
      expect(told.filter((answer) => answer?.has('code'))).toHaveLength(1);
      const losers = told.filter((answer) => !answer?.has('code')).map((answer) => answer?.get('error'));
      expect(new Set(losers)).toEqual(new Set(['invalid_request_uri']));
    }
  }, 240_000);

  it('B18: use one client assertion: one wins', async () => {
    const key = await anAssertionKey();
    const app = await aClient(storage.database, {
      type: 'machine',
      authMethod: 'private_key_jwt',
      jwks: key.jwks,
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });
    for (let round = 0; round < ROUNDS; round += 1) {
      const form = { grant_type: 'client_credentials', ...asForm(await assertionOf(first(), app.clientId, key)) };
      const answers = await Promise.all(
        Array.from({ length: PARALLEL }, (_, i) =>
          postTo(cluster[i % cluster.length] as ServerProcess, '/token', form),
        ),
      );
      expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
      const losers = answers.filter((answer) => answer.status !== 200);
      expect(new Set(losers.map((answer) => `${answer.status} ${answer.body.error}`))).toEqual(
        new Set(['401 invalid_client']),
      );
    }
  }, 240_000);

  it('accept one invitation: one makes the account, the others are told that the code opens nothing', async () => {
    const outbox = { issuer: first().issuer, put: async () => [] };
    const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
    const { db } = storage.database;
    const team = await createTeam(db, { name: 'Racers' }, by());
    // Each takes a password's hash of the winner, so there are fewer of them.
    for (let round = 0; round < ROUNDS / 5; round += 1) {
      const email = `racer-${round}@example.com`;
      const { code } = await invite(db, outbox, { email, teamId: team.id, role: 'viewer' }, by());
      const page = await postTo(first(), '/join/code', { code });
      const [, shown = ''] = /name="shown" value="([^"]*)"/.exec(page.text) ?? [];
      const form = { code, shown, name: 'Racer', password: 'correct horse battery staple' };
      const answers = await Promise.all(
        Array.from({ length: PARALLEL }, (_, i) => postTo(cluster[i % cluster.length] as ServerProcess, '/join', form)),
      );
      // The losers' codes count as guesses of this one address.
      await db.deleteFrom('throttles').execute();
      expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array(PARALLEL - 1).fill(400)]);
    }
    const members = db.selectFrom('team_members').select('account_id').where('team_id', '=', team.id);
    expect(await members.execute()).toHaveLength(ROUNDS / 5);
  }, 120_000);

  it('G07: use one DPoP proof: one wins', async () => {
    const key = await aDpopKey();
    const app = await aClient(storage.database, {
      type: 'machine',
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });
    const url = `${first().issuer}/token`;
    for (let round = 0; round < ROUNDS; round += 1) {
      const dpop = await proofOf(key, { method: 'POST', url });
      const answers = await Promise.all(
        Array.from({ length: PARALLEL }, (_, i) =>
          postTo(cluster[i % cluster.length] as ServerProcess, '/token', { grant_type: 'client_credentials' }, app, {
            dpop,
          }),
        ),
      );
      expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200, 400]));
    }
  }, 240_000);
});
