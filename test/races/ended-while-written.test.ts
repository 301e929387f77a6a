import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { withdrawConsent } from '../../src/accounts/lifecycle.ts';
import { disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { postTo, type ServerProcess, startCluster } from '../support/server-process.ts';

const PROCESSES = 3;
const BROWSERS = 9;
/** The advisory lock that a grant waits for before it is written. */
const GATE = 10;

let storage: TestDatabase;
let cluster: ServerProcess[];
let gate: pg.Client;
let api: Awaited<ReturnType<typeof anApi>>;

beforeAll(async () => {
  storage = await createTestDatabase();
  cluster = await startCluster(storage.url ?? '', PROCESSES);
  api = await anApi(storage.database);
  gate = new pg.Client({ connectionString: storage.url });
  await gate.connect();
  await gate.query(`
    create function wait_at_gate() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(${GATE}); return new; end $$;
    create trigger wait_at_gate before insert on artifacts
      for each row when (new.model = 'Grant') execute function wait_at_gate()`);
});
afterAll(async () => {
  await gate?.end();
  await Promise.all((cluster ?? []).map((server) => server.stop()));
  await storage?.drop();
});

type App = Awaited<ReturnType<typeof aClient>>;
const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
const processOf = (index: number) => cluster[index % PROCESSES] as ServerProcess;
const issuer = () => processOf(0).issuer;

const anApp = () =>
  aClient(storage.database, {
    type: 'web',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });

/** A person who has let an app do something, and is signed in with many browsers in which the app has not asked yet. */
async function aScene() {
  const [app, other, ada] = [await anApp(), await anApp(), await aPerson(storage.database)];
  await new Person(issuer()).authorize(wishOf(app, { prompt: 'consent' }), ada);
  const browsers = Array.from({ length: BROWSERS }, () => new Person(issuer()));
  for (const browser of browsers) await browser.authorize(wishOf(other), ada);
  return { app, ada, browsers };
}

const wishOf = (app: App, changes: Record<string, string> = {}) =>
  authorizationUrl({ issuer: issuer() }, app, {
    scope: 'openid offline_access reports:read',
    resource: api.identifier,
    ...changes,
  });

type Answer = { code: string | undefined; error: string | undefined };

/** Asks one process in a browser, without showing the person anything. @returns what the app gets */
function askSilently(target: ServerProcess, browser: Person, app: App): Promise<Answer> {
  const { pathname, search, host } = new URL(wishOf(app, { prompt: 'none' }));
  const cookie = [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = { host: 'localhost', port: target.port, path: pathname + search, headers: { host, cookie } };
  const outgoing = request(options, (incoming) => {
    incoming.resume();
    const answer = new URL(incoming.headers.location ?? '', issuer()).searchParams;
    resolve({ code: answer.get('code') ?? undefined, error: answer.get('error') ?? undefined });
  });
  outgoing.on('error', reject).end();
  return promise;
}

const askEverywhere = ({ app, browsers }: Awaited<ReturnType<typeof aScene>>) =>
  Promise.all(browsers.map((browser, index) => askSilently(processOf(index), browser, app)));

/** Lets all of them ask, each of whom is about to write a grant when something happens. */
async function askWhile(scene: Awaited<ReturnType<typeof aScene>>, happens: () => Promise<unknown>) {
  await gate.query('begin');
  await gate.query(`select pg_advisory_xact_lock(${GATE})`);
  const answers = askEverywhere(scene);
  try {
    while ((await waitingAtGate()) < BROWSERS);
    await happens();
  } finally {
    await gate.query('commit');
  }
  return answers;
}

async function waitingAtGate(): Promise<number> {
  const { rows } = await gate.query(
    `select count(*)::int as count from pg_locks join pg_database on pg_database.oid = pg_locks.database
      where locktype = 'advisory' and objid = ${GATE} and not granted and datname = current_database()`,
  );
  return rows[0].count;
}

async function redeem(target: ServerProcess, app: App, code: string | undefined): Promise<string> {
  const form = { grant_type: 'authorization_code', code: code ?? '', code_verifier: PKCE.verifier };
  const { status, body } = await postTo(target, '/token', { ...form, redirect_uri: CALLBACK }, app);
  return `${status} ${body.error ?? ''}`.trim();
}

const redeemAll = (app: App, answers: Answer[]) =>
  Promise.all(answers.map(({ code }, index) => redeem(processOf(index + 1), app, code)));

const every = <T>(value: T) => Array.from({ length: BROWSERS }, () => value);

describe(`${BROWSERS} browsers that ask ${PROCESSES} processes for a code`, () => {
  it('get no token when the consent was withdrawn before their grants were written, and are asked anew from then on', async () => {
    const scene = await aScene();
    const { app, ada } = scene;
    const answers = await askWhile(scene, () =>
      withdrawConsent(storage.database.db, { accountId: ada.account.id, clientId: app.clientId }, by()),
    );
    expect(await redeemAll(app, answers)).toEqual(every('400 invalid_grant'));
    const later = await askEverywhere(scene);
    expect(later).toEqual(every({ code: undefined, error: 'consent_required' }));
    expect(await askEverywhere(scene)).toEqual(later);
  });

  it('get no token when the app was stopped and started before their grants were written', async () => {
    const scene = await aScene();
    const { app } = scene;
    const answers = await askWhile(scene, async () => {
      await disableClient(storage.database.db, { clientId: app.clientId, reason: 'test' }, by());
      await enableClient(storage.database.db, { id: app.clientId }, by());
    });
    expect(await redeemAll(app, answers)).toEqual(every('400 invalid_grant'));
    // A process that has not heard yet gives out codes that are good for nothing.
    let later = await redeemAll(app, await askEverywhere(scene));
    while (later.includes('400 invalid_grant')) later = await redeemAll(app, await askEverywhere(scene));
    expect(later).toEqual(every('200'));
    expect(await redeemAll(app, answers)).toEqual(every('400 invalid_grant'));
  });
});
