import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseMasterKeys } from '../../src/config.ts';
import { type Database, openPostgres } from '../../src/db/connections/connection.ts';
import { migrateUp } from '../../src/db/migrator.ts';
import { rotateKey } from '../../src/keys/rotation.ts';
import { createSigners } from '../../src/keys/signers/signers.ts';
import { variables } from '../../src/settings/variables.ts';
import { aClient, anApi, aPerson } from '../../test/support/factories.ts';
import { freePort } from '../../test/support/postgres.ts';
import type { MeasuredPostgres } from '../measure/postgres.ts';
import { type Alg, type Known, REDIRECT_URI, RESOURCES, SCOPE, type Target } from '../target.ts';
import { multiplyClient } from './multiply.ts';
import { type Command, startProgram } from './program.ts';
import type { Subject, Surroundings } from './subject.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: { start: string } };
/** What `npm start` runs, flags and all; its `exec` makes the shell's process the server's. */
export const npmStart: Command = { file: 'sh', args: ['-c', scripts.start], cwd: root };
const PEOPLE = 8;

/** Whether this version has a setting. The bench also runs on versions that don't, to compare. */
export const has = (variable: string): boolean => variable in variables;

export interface Installation {
  readonly database: string;
  readonly env: Record<string, string>;
  readonly known: Known;
}

/** A migrated database with APIs, apps and people, and the environment for servers on it. */
export async function install(postgres: MeasuredPostgres, name: string, manyClients: number): Promise<Installation> {
  const url = await postgres.createDatabase(name);
  const database = openPostgres(url, 4, () => {});
  try {
    await migrateUp(database.db);
    const env = environment(url);
    const known = await seed(database, manyClients);
    await makeKeys(database, env.MASTER_KEYS);
    return { database: name, env, known };
  } finally {
    await database.close();
  }
}

/** Keys that sign from the first moment, also those that a server publishes for a while before it uses them. */
async function makeKeys({ db }: Database, masterKeys: string): Promise<void> {
  const [signer] = createSigners(parseMasterKeys(masterKeys), undefined);
  const policy = { rotateEvery: 30 * 86_400, publishFor: 0, retainFor: 86_400 };
  const by = { actor: { type: 'operator' } as const, now: new Date() };
  for (const alg of Object.keys(RESOURCES) as Alg[]) await rotateKey({ db, signer, policy }, alg, by);
}

async function seed(database: Database, manyClients: number): Promise<Installation['known']> {
  for (const [alg, identifier] of Object.entries(RESOURCES)) {
    await anApi(database, { identifier, signingAlg: alg as Alg });
  }
  const subscriptions = Object.values(RESOURCES).map((api) => ({ api, scopes: [SCOPE] }));
  const { clientId, clientSecret } = await aClient(database, { type: 'machine', subscriptions });
  const appThatWants = async (idTokenAlg: Alg) => {
    const made = await aClient(database, { type: 'web', subscriptions, redirectUris: [REDIRECT_URI], idTokenAlg });
    return { clientId: made.clientId, clientSecret: made.clientSecret, redirectUri: REDIRECT_URI };
  };
  const [app, rs256App] = [await appThatWants('ES256'), await appThatWants('RS256')];
  const copies = await multiplyClient(poolOf(database), clientId, { from: 1, to: manyClients });
  const people = [];
  for (let made = 0; made < PEOPLE; made += 1) people.push(await aPerson(database));
  return {
    machines: [clientId, ...copies].map((id) => ({ clientId: id, clientSecret })),
    app,
    rs256App,
    people: people.map(({ email, password }) => ({ email, password })),
    resources: RESOURCES,
  };
}

function poolOf({ pool }: Database) {
  if (!pool) throw new Error('not on PostgreSQL');
  return pool;
}

/** As in production: behind a proxy that ends TLS, with the default of every other setting. */
export const environment = (databaseUrl: string) => ({
  NODE_ENV: 'production',
  DATABASE_URL: databaseUrl,
  MASTER_KEYS: `bench:${randomBytes(32).toString('base64')}`,
  COOKIE_KEYS: randomBytes(32).toString('base64url'),
});

/** The server on an installation. `extra` are settings for this process only. */
export async function startLatchkey(
  { folder }: Pick<Surroundings, 'folder'>,
  { database, env, known }: Installation,
  { name = 'latchkey', extra = {} }: { name?: Subject['name']; extra?: Record<string, string> } = {},
): Promise<Subject> {
  const port = await freePort();
  const host = `localhost:${port}`;
  const issuer = `https://${host}`;
  const program = await startProgram(
    npmStart,
    { ...env, ISSUER: issuer, PORT: String(port), HOST: '127.0.0.1', ...extra },
    { folder, name, port, host, probe: '/readyz' },
  );
  const target: Target = {
    port,
    host,
    origin: issuer,
    paths: {
      token: '/token',
      authorization: '/auth',
      introspection: '/token/introspection',
      revocation: '/token/revocation',
      jwks: '/jwks',
      discovery: '/.well-known/openid-configuration',
    },
    ...known,
  };
  return { name, target, program, database };
}
