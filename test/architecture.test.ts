import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');

const features = ['accounts', 'teams', 'clients', 'apis', 'keys', 'revocation', 'usage', 'mail', 'idempotency'];
const below = ['errors', 'config', 'db', 'audit', 'access', 'names'];

/**
 * Room → what it may import. A file directly in src is a room of its own; everyone may import `errors`, `names`, `json`,
 * `json-names` and `web-addresses`.
 */
const allowed: Record<string, string[]> = {
  errors: [],
  json: ['verifier'],
  'json-names': [],
  names: [],
  'web-addresses': [],
  variables: [],
  'config-values': [],
  environment: ['config-values', 'variables'],
  config: ['config-values', 'db', 'environment', 'variables'],
  listen: ['config-values'],
  'log-lines': [],
  log: ['log-lines'],
  signals: [],
  ending: [],
  workers: ['signals'],
  'owned-files': [],
  db: ['owned-files'],
  access: ['db'],
  audit: ['db', 'access'],
  revocation: below,
  keys: [...below, 'revocation'],
  teams: [...below, 'accounts', 'keys', 'mail', 'revocation'],
  mail: [...below, 'keys'],
  usage: [...below, 'accounts'],
  idempotency: [...below, 'keys'],
  pictures: [],
  apis: [...below, 'accounts', 'keys', 'mail', 'revocation', 'teams', 'usage'],
  clients: [...below, 'accounts', 'apis', 'keys', 'mail', 'pictures', 'revocation', 'teams', 'usage'],
  accounts: [...below, 'keys', 'revocation'],
  http: ['config-values', 'errors', 'db', 'listen'],
  // What others name is fetched in one room, which knows nothing of who asks.
  outgoing: [],
  oidc: [...below, ...features, 'http', 'outgoing', 'verifier'],
  gateway: [...below, ...features, 'http'],
  verifier: [],
  portal: [...below, ...features, 'http', 'pictures'],
  admin: [...below, ...features, 'http', 'verifier'],
  declaration: [...below, ...features],
  doctor: [...below, ...features, 'verifier'],
  cli: [...below, ...features, 'declaration', 'demo', 'doctor', 'generated-secrets'],
  metrics: [...below, 'clients', 'keys', 'listen', 'mail', 'usage'],
  jobs: [...below, ...features, 'http', 'oidc'],
  app: [
    ...below,
    ...features,
    'http',
    'oidc',
    'portal',
    'admin',
    'gateway',
    'jobs',
    'listen',
    'metrics',
    'outgoing',
    'pictures',
  ],
  'generated-secrets': ['config', 'owned-files'],
  demo: [...below, ...features, 'owned-files'],
  start: [...below, ...features, 'app', 'cli', 'demo', 'generated-secrets', 'http', 'listen', 'metrics'],
  welcome: ['config', 'demo'],
  'start-failures': ['config', 'db'],
  serve: ['config', 'ending', 'signals', 'start', 'welcome', 'workers'],
  lead: ['config', 'ending', 'metrics', 'signals', 'workers'],
  run: ['config', 'lead', 'log', 'serve', 'signals', 'start-failures', 'workers'],
  main: ['run', 'signals'],
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const roomOf = (file: string) => file.split('/')[0]?.replace(/\.ts$/, '') ?? '';
const textOf = (file: string) => readFileSync(join(src, file), 'utf8');
const importsOf = (text: string) =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier ?? '');

/** Imports of other rooms: [file, room it goes to]. */
const crossings = files.flatMap((file) =>
  importsOf(textOf(file))
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => roomOf(relative(src, resolve(dirname(join(src, file)), specifier))))
    .filter((room) => room !== roomOf(file))
    .map((room) => ({ file, room })),
);

describe('the house', () => {
  it('has only rooms that are on the map', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in allowed))).toEqual([]);
  });

  it('lets each room import only what the map allows', () => {
    const wrong = crossings.filter(
      ({ file, room }) =>
        !['errors', 'names', 'json', 'json-names', 'web-addresses'].includes(room) &&
        !allowed[roomOf(file)]?.includes(room),
    );
    expect(wrong).toEqual([]);
  });

  it('has no feature that imports an edge', () => {
    const edges = ['oidc', 'portal', 'admin', 'gateway', 'cli', 'http', 'app'];
    expect(crossings.filter(({ file, room }) => features.includes(roomOf(file)) && edges.includes(room))).toEqual([]);
  });

  it('imports oidc-provider in one room only', () => {
    const importers = files.filter((file) => importsOf(textOf(file)).some((name) => name.startsWith('oidc-provider')));
    expect([...new Set(importers.map(roomOf))]).toEqual(['oidc']);
  });

  it('has no SQL in the portal, the admin API and the gateway', () => {
    const text = files
      .filter((file) => ['portal', 'admin', 'gateway'].includes(roomOf(file)))
      .map(textOf)
      .join('\n');
    expect(text).not.toMatch(/selectFrom|insertInto|updateTable|deleteFrom|sql`/);
  });

  it('reads the environment only in main and at the command line', () => {
    const readers = files.filter((file) => textOf(file).includes('process.env'));
    expect(readers.filter((file) => !['main', 'cli'].includes(roomOf(file)))).toEqual([]);
  });

  it('has migrations that import nothing of src', () => {
    const migrations = readdirSync(join(root, 'migrations'));
    expect(migrations.every((name) => /^\d{4}-[a-z-]+\.ts$/.test(name))).toBe(true);
    const imports = migrations.flatMap((name) => importsOf(readFileSync(join(root, 'migrations', name), 'utf8')));
    expect([...new Set(imports)]).toEqual(['kysely']);
  });

  it('has no drawer for leftovers', () => {
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|managers?|misc|common)(\/|\.ts$)/.test(file))).toEqual([]);
  });

  it('keeps its files short', () => {
    expect(files.filter((file) => textOf(file).split('\n').length > 250)).toEqual([]);
  });
});
