import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/postgres.ts';
import { type Known, nobody, REDIRECT_URI, RESOURCES, type Target } from '../target.ts';
import { nodeScript, startProgram } from './program.ts';
import type { Subject, SubjectName, Surroundings } from './subject.ts';

const fileOf = (name: string) => fileURLToPath(new URL(`../yardsticks/${name}.ts`, import.meta.url));

type Paths = Target['paths'];
const everywhere = (path: string): Paths => ({
  token: path,
  authorization: path,
  introspection: path,
  revocation: path,
  jwks: path,
  discovery: path,
});

async function start(
  { folder }: Surroundings,
  name: SubjectName,
  file: string,
  settings: {
    known: Known;
    paths: Paths;
    probe?: string;
    env?: Record<string, string>;
    signIn?: NonNullable<Target['signIn']>;
    database?: string;
  },
): Promise<Subject> {
  const port = await freePort();
  const host = `localhost:${port}`;
  const { known, paths, probe = paths.jwks, env = {}, signIn, database } = settings;
  // Thousands of apps are too much for an environment variable.
  const knownFile = join(folder, `${file}.json`);
  writeFileSync(knownFile, JSON.stringify(known));
  const program = await startProgram(
    nodeScript(fileOf(file)),
    { PORT: String(port), KNOWN_FILE: knownFile, ...env },
    { folder, name: file, port, host, probe },
  );
  const told = JSON.parse(readFileSync(knownFile, 'utf8')) as typeof known;
  const target = { port, host, origin: `http://${host}`, paths, ...told, ...(signIn ? { signIn } : {}) };
  return { name, target, program, database };
}

export const startHttp = (around: Surroundings) =>
  start(around, 'node:http', 'http', { known: nobody, paths: everywhere('/') });

export const startKoa = (around: Surroundings) =>
  start(around, 'Koa', 'koa', { known: nobody, paths: everywhere('/') });

const SECRET = 'a-secret-of-the-bench-that-is-long-enough';
const app = { clientId: 'app', clientSecret: SECRET, redirectUri: REDIRECT_URI };
const rs256App = { ...app, clientId: 'rs256-app' };
const people = Array.from({ length: 8 }, (_, index) => ({
  email: `person-${index}@example.com`,
  password: 'correct horse battery staple',
}));

const manyMachines = (count: number) =>
  Array.from({ length: count + 1 }, (_, index) => ({ clientId: `machine_${index}`, clientSecret: SECRET }));

export const startOidcProvider = (around: Surroundings) =>
  start(around, 'oidc-provider', 'oidc-provider', {
    known: {
      machines: manyMachines(around.manyClients),
      app,
      rs256App,
      people,
      resources: RESOURCES,
    },
    paths: {
      token: '/token',
      authorization: '/auth',
      introspection: '/token/introspection',
      revocation: '/token/revocation',
      jwks: '/jwks',
      discovery: '/.well-known/openid-configuration',
    },
  });

export const startPasswordHash = (around: Surroundings) =>
  start(around, 'password hash', 'password-hash', { known: nobody, paths: { ...everywhere('/auth'), jwks: '/' } });

export async function startFloor(around: Surroundings): Promise<Subject> {
  const database = 'floor';
  const url = await around.postgres.createDatabase(database);
  return start(around, 'floor', 'floor', {
    known: { machines: manyMachines(around.manyClients), app, rs256App, people: [], resources: RESOURCES },
    paths: {
      token: '/token',
      authorization: '/auth',
      introspection: '/introspection',
      revocation: '/revocation',
      jwks: '/',
      discovery: '/',
    },
    env: { DATABASE_URL: url },
    database,
  });
}

export async function startOauth2Server(around: Surroundings): Promise<Subject> {
  const database = 'oauth2_server';
  const url = await around.postgres.createDatabase(database);
  return start(around, 'oauth2-server', 'oauth2-server', {
    known: { machines: manyMachines(around.manyClients), app, rs256App, people: [], resources: {} },
    paths: { ...everywhere('/'), token: '/token', authorization: '/authorize' },
    env: { DATABASE_URL: url },
    database,
  });
}

export async function startBetterAuth(around: Surroundings): Promise<Subject> {
  const database = 'better_auth';
  const url = await around.postgres.createDatabase(database);
  return start(around, 'better-auth', 'better-auth', {
    known: { machines: [], app, rs256App, people, resources: { ES256: RESOURCES.ES256 } },
    paths: {
      token: '/api/auth/oauth2/token',
      authorization: '/api/auth/oauth2/authorize',
      introspection: '/api/auth/oauth2/introspect',
      revocation: '/api/auth/oauth2/revoke',
      jwks: '/api/auth/jwks',
      discovery: '/api/auth/.well-known/openid-configuration',
    },
    signIn: { json: '/api/auth/sign-in/email', consent: '/api/auth/oauth2/consent' },
    env: { DATABASE_URL: url },
    database,
  });
}
