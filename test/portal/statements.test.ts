import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { operations } from '../../src/admin/operations.ts';
import { ADMIN_SCOPES } from '../../src/teams/token-scopes.ts';
import { type api, aRobot } from '../support/admin-api.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { statementsDuring } from '../support/statements.ts';
import { OPEN, ROUTES } from './access/routes.ts';
import { aCast, aWorld, type Cast, expected, type World } from './access/world.ts';
import { furnish, multiply } from './many-rows.ts';

/** The server looks for changes of its keys, revocations and apps from time to time, whoever asks. */
const WATCHING =
  /from "?(settings|revocations|signing_keys|branding)|from apis where signing_alg|insert into api_sightings/;

/** Pages that ask something, or are forms: what they show of other things does not get longer with these. */
const FORMS =
  /\/(new|rename|remove|leave|delete|suspend|resume|disable|end-sessions|revoke|rotate|edit|narrow|cancel|credential|authentication|settings|withdraw|join|done)$/;
/** What else is about one thing. */
const ONE_THING = ['/preferences', '/development/components', '/operator/outbox/{mail}', '/apps/{app}'];

/** Where one goes on somewhere else: there is no second factor yet to make codes for. */
const ELSEWHERE = ['/operator', '/account/factors/recovery-codes'];

const VISITORS = ['owner', 'admin'] as const;
const PROGRAMS = ['program of the operator', 'program of the team'] as const;

const open = OPEN.filter((name) => name === 'GET /').map((name) => name.slice('GET '.length));
/** What the doctor found is kept for a while, so how much is asked depends on when (test/portal/health). */
const AT_TIMES = '/operator/health';
const pages = [
  ...open.flatMap((path) => VISITORS.map((caller) => ({ path, caller }))),
  ...ROUTES.filter(({ method, path }) => method === 'GET' && path !== AT_TIMES).flatMap((route) =>
    VISITORS.filter((caller) => expected(route, caller) === 'in').map((caller) => ({ path: route.path, caller })),
  ),
];
const calls = operations
  .filter(({ method }) => method === 'GET')
  .flatMap((operation) => PROGRAMS.map((caller) => ({ path: operation.path, caller, operation })));

interface Asked {
  readonly status: number;
  readonly text: string;
  readonly statements: readonly string[];
}

let server: TestServer;
let cast: Cast;
let world: World;
let programs: Record<(typeof PROGRAMS)[number], ReturnType<typeof api>>;
const few = new Map<string, Asked>();
const many = new Map<string, Asked>();

beforeAll(async () => {
  server = await startTestServer();
  const { db } = server.database;
  cast = await aCast(server);
  world = await aWorld(server, cast);
  const scopes = Object.keys(ADMIN_SCOPES);
  programs = {
    'program of the operator': await aRobot(server, scopes),
    'program of the team': await aRobot(server, scopes, world.team),
  };
  await furnish(db, world, cast.ids);
  // What their token requests left to be written would be written in the middle of someone's page.
  await server.app.secretUses.flush();
  await server.app.usage.flush();
  // What is remembered after the first request is remembered then.
  await askEverything(new Map());
  await askEverything(few);
  await multiply(db, world, cast.ids);
  await askEverything(many);
}, 120_000);
afterAll(() => server.stop());

async function askEverything(into: Map<string, Asked>): Promise<void> {
  for (const { path, caller } of pages) {
    const ask = async () => {
      const response = await cast.visitors[caller].request(fill(path));
      return { status: response.status, text: await response.text() };
    };
    into.set(`${caller} ${path}`, await count(ask));
  }
  for (const { path, caller } of calls) {
    const ask = async () => {
      const { status, body } = await programs[caller].call('GET', fill(path));
      return { status, text: JSON.stringify(body) };
    };
    into.set(`${caller} ${path}`, await count(ask));
  }
}

async function count(ask: () => Promise<{ status: number; text: string }>): Promise<Asked> {
  let answer = { status: 0, text: '' };
  const statements = await statementsDuring(async () => {
    answer = await ask();
  });
  return { ...answer, statements: statements.filter((statement) => !WATCHING.test(statement)) };
}

/** `{app}` and `{app_id}` are the world's app; people are called by three names. */
function fill(path: string): string {
  const known: Record<string, string> = { ...world, user: world.member, account: world.member };
  return path.replace(/\{(\w+?)(?:_id)?\}/g, (placeholder, name: string) => known[name] ?? placeholder);
}

function bothTimes(caller: string, path: string): [Asked, Asked] {
  const [before, after] = [few.get(`${caller} ${path}`), many.get(`${caller} ${path}`)];
  if (!before || !after) throw new Error(`${caller} has not asked for ${path}`);
  return [before, after];
}

describe('the statements of a page are as many with many rows as with few', () => {
  it.each(pages.map(({ path, caller }) => [path, caller] as const))('%s for %s', (path, caller) => {
    const [before, after] = bothTimes(caller, path);
    expect(after.statements).toHaveLength(before.statements.length);
    const isElsewhere = ELSEWHERE.includes(path);
    expect([before.status, after.status]).toEqual(isElsewhere ? [303, 303] : [200, 200]);
    if (!FORMS.test(path) && !ONE_THING.includes(path) && !isElsewhere) {
      expect(after.text.length).toBeGreaterThan(before.text.length);
    }
  });
});

describe('the statements of a call are as many with many rows as with few', () => {
  it.each(calls.map(({ path, caller, operation }) => [path, caller, operation] as const))(
    '%s for the %s',
    (path, caller, { query }) => {
      const [before, after] = bothTimes(caller, path);
      expect(after.statements).toHaveLength(before.statements.length);
      expect(after.status).toBe(before.status);
      if (caller === 'program of the team') return;
      expect(before.status).toBe(200);
      const isList = query instanceof z.ZodObject && 'cursor' in query.shape;
      if (isList) expect(JSON.parse(after.text).data.length).toBeGreaterThan(JSON.parse(before.text).data.length);
    },
  );
});
