import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/postgres.ts';
import { nobody, REDIRECT_URI, RESOURCES, type Target } from '../target.ts';
import { startProgram } from './program.ts';
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
    known: Pick<Target, 'machines' | 'app' | 'people' | 'resources'>;
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
    fileOf(file),
    { PORT: String(port), KNOWN_FILE: knownFile, ...env },
    { folder, name: file, port, host, probe },
  );
  const target = { port, host, origin: `http://${host}`, paths, ...known, ...(signIn ? { signIn } : {}) };
  return { name, target, program, database };
}

export const startHttp = (around: Surroundings) =>
  start(around, 'node:http', 'http', { known: nobody, paths: everywhere('/') });

export const startKoa = (around: Surroundings) =>
  start(around, 'Koa', 'koa', { known: nobody, paths: everywhere('/') });

const SECRET = 'a-secret-of-the-bench-that-is-long-enough';
const app = { clientId: 'app', clientSecret: SECRET, redirectUri: REDIRECT_URI };
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
