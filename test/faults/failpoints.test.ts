import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { hashOf } from '../../src/tokens/storage/artifacts.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/load.ts';
import { freePort } from '../support/postgres.ts';
import { obtainCode } from '../support/relying-app.ts';
import { type ServerProcess, startProcess, WITH_FAILPOINTS } from '../support/server-process.ts';
import { basic, type TokenBody } from '../support/tokens.ts';
import { type App, ask, Chain, type Furniture, furnish, refreshRequest } from './rig.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-failpoints-'));

let storage: TestDatabase;
let furniture: Furniture;
let environment: Record<string, string>;
let server: ServerProcess;

beforeAll(async () => {
  storage = await createTestDatabase();
  const url = new URL(storage.url ?? '');
  // By this name the victim's connections are told from those of this test.
  url.searchParams.set('application_name', 'victim');
  const port = await freePort();
  environment = {
    ISSUER: `http://localhost:${port}`,
    PORT: String(port),
    DATABASE_URL: url.href,
    DATA_DIR: dataDir,
    MASTER_KEYS: `test:${randomBytes(32).toString('base64')}`,
    COOKIE_KEYS: randomBytes(32).toString('base64url'),
    LOG_LEVEL: 'silent',
  };
  await restart();
  furniture = await furnish(storage.database);
});
afterAll(async () => {
  await server.stop();
  await storage.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function restart(): Promise<void> {
  server = await startProcess(environment, WITH_FAILPOINTS);
}

type Request = ReturnType<typeof refreshRequest>;
const at = (request: Request, step: string) => ({
  ...request,
  headers: { ...request.headers, 'x-failpoint': step },
});

/** Every step of a request of this kind, in order. */
async function stepsOf(request: Request): Promise<string[]> {
  const before = server.output().length;
  expect((await ask(server, at(request, 'list'))).status).toBe(200);
  const printed = () =>
    [
      ...server
        .output()
        .slice(before)
        .matchAll(/^failpoint: (.*)$/gm),
    ].map(([, step]) => step as string);
  await until('the steps are printed', () => printed().includes('after answer'));
  expect(printed().filter((step) => step.startsWith('before')).length).toBeGreaterThan(2);
  return printed();
}

/**
 * Kills the server at a step of a request, and starts it again. What the dead process had sent to PostgreSQL is done by
 * then, or never will be.
 * @returns the answer, if it still came
 */
async function killAt(step: string, request: Request): Promise<TokenBody | undefined> {
  const answer = await ask(server, at(request, step)).catch(() => undefined);
  expect([step, await server.stop('SIGKILL')]).toEqual([step, null]);
  await until('PostgreSQL has noticed', async () => {
    const { rows } = await sql`select 1 from pg_stat_activity
      where application_name = 'victim' and datname = current_database()`.execute(storage.database.db);
    return rows.length === 0;
  });
  await restart();
  return answer && (JSON.parse(answer.text) as TokenBody);
}

const refused = async (request: Request) => {
  const { status, text } = await ask(server, request);
  return status === 400 && (JSON.parse(text) as TokenBody).error === 'invalid_grant';
};

/** Once it is the successor, at any later step it is too. */
function expectOneTurn(outcomes: readonly string[]): void {
  expect(outcomes).toEqual([...outcomes].sort());
  expect([outcomes[0], outcomes.at(-1)]).toEqual(['1 old', '2 successor']);
}

describe('kill -9 at each step of a refresh', () => {
  /** @returns which of the two is good now; fails when it is neither or both */
  async function turnOf(chain: Chain): Promise<'1 old' | '2 successor'> {
    const { live, presentedIsLive } = await chain.state(storage.database);
    expect(live).toBe(1);
    return presentedIsLive ? '1 old' : '2 successor';
  }

  it('either the old token works or its successor is there, and then the old one is a reuse', async () => {
    const { strict } = furniture;
    const first = await Chain.begin(server, strict, furniture);
    const outcomes: string[] = [];
    for (const step of await stepsOf(refreshRequest(strict, first.token))) {
      const chain = await Chain.begin(server, strict, furniture);
      const used = chain.token;
      const answer = await killAt(step, refreshRequest(strict, used));
      const outcome = await turnOf(chain);
      outcomes.push(outcome);
      if (outcome === '1 old') {
        expect([step, answer]).toEqual([step, undefined]);
        expect(await chain.step(server)).toBe(true);
      } else if (answer) {
        chain.token = answer.refresh_token ?? '';
        expect(await chain.step(server)).toBe(true);
      }
      // Never both: whoever comes with the used one ends the family.
      expect(await refused(refreshRequest(strict, used))).toBe(true);
      expect((await chain.state(storage.database)).live).toBe(0);
      expect(await refused(refreshRequest(strict, chain.token))).toBe(true);
    }
    expectOneTurn(outcomes);
  });

  it('with a retry window the old token gets the successor, which works', async () => {
    const { retrying } = furniture;
    const first = await Chain.begin(server, retrying, furniture);
    const outcomes: string[] = [];
    for (const step of await stepsOf(refreshRequest(retrying, first.token))) {
      const chain = await Chain.begin(server, retrying, furniture);
      const used = chain.token;
      const answer = await killAt(step, refreshRequest(retrying, used));
      outcomes.push(await turnOf(chain));
      expect([step, await chain.step(server)]).toEqual([step, true]);
      if (answer) expect(chain.token).toBe(answer.refresh_token);
      expect(await chain.state(storage.database)).toEqual({ live: 1, presentedIsLive: true });
      expect(await chain.step(server)).toBe(true);
      // Inside the window a token whose successor was used gets nothing, and ends nothing.
      expect(await refused(refreshRequest(retrying, used))).toBe(true);
      expect((await chain.state(storage.database)).live).toBe(1);
    }
    expectOneTurn(outcomes);
  });
});

describe('kill -9 at each step of a code exchange', () => {
  const aCode = async (app: App) => {
    const parameters = { scope: 'openid offline_access', prompt: 'consent' };
    const { code, form } = await obtainCode(server, app, furniture.ada, parameters);
    return { code, request: { path: '/token', form, headers: { authorization: basic(app) } } as unknown as Request };
  };

  const grantOf = (code: string) =>
    storage.database.db
      .selectFrom('artifacts')
      .select(['grant_id', 'consumed_at'])
      .where('id_hash', '=', hashOf(code))
      .executeTakeFirstOrThrow();

  /** How many refresh tokens of a grant are good. */
  async function liveOf(grantId: string | null): Promise<number> {
    const rows = await storage.database.db
      .selectFrom('artifacts')
      .select('model')
      .where('grant_id', '=', grantId)
      .where('model', '=', 'RefreshToken')
      .where('consumed_at', 'is', null)
      .execute();
    return rows.length;
  }

  it('either the code works or its tokens are there, and then the code that comes back ends them', async () => {
    const { strict } = furniture;
    const outcomes: string[] = [];
    for (const step of await stepsOf((await aCode(strict)).request)) {
      const { code, request } = await aCode(strict);
      const answer = await killAt(step, request);
      const { grant_id: grantId, consumed_at: consumedAt } = await grantOf(code);
      expect([step, await liveOf(grantId)]).toEqual([step, consumedAt ? 1 : 0]);
      outcomes.push(consumedAt ? '2 successor' : '1 old');
      if (consumedAt) {
        if (answer) expect(await new Chain(strict, answer.refresh_token ?? '').step(server)).toBe(true);
        expect(await refused(request)).toBe(true);
        expect(await liveOf(grantId)).toBe(0);
      } else {
        const { status, text } = await ask(server, request);
        expect(status).toBe(200);
        expect(await new Chain(strict, (JSON.parse(text) as TokenBody).refresh_token ?? '').step(server)).toBe(true);
      }
    }
    expectOneTurn(outcomes);
  });
});
