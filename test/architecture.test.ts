import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');

const features = [
  'accounts',
  'apis',
  'branding',
  'clients',
  'idempotency',
  'keys',
  'mail',
  'revocation',
  'roles',
  'subscriptions',
  'teams',
  'usage',
];
const below = ['errors', 'config', 'db', 'audit', 'access', 'names'];

/**
 * Room → what it may import. A file directly in src is a room of its own; everyone may import `errors`, `names`, `json`,
 * `json-names`, `texts` and `web-addresses`.
 */
const allowed: Record<string, string[]> = {
  errors: [],
  json: ['verifier'],
  'json-names': [],
  texts: [],
  names: [],
  'web-addresses': [],
  settings: [],
  config: ['db', 'settings'],
  listen: ['settings'],
  'owned-files': [],
  'generated-secrets': ['config', 'owned-files'],
  db: ['owned-files'],
  access: ['db'],
  audit: ['db', 'access'],
  revocation: below,
  keys: [...below, 'revocation'],
  branding: [...below, 'pictures'],
  teams: [...below, 'accounts', 'branding', 'keys', 'mail', 'revocation'],
  mail: [...below, 'branding', 'keys'],
  usage: [...below, 'accounts'],
  idempotency: [...below, 'keys'],
  pictures: [],
  accounts: [...below, 'branding', 'keys', 'mail', 'revocation'],
  apis: [...below, 'accounts', 'branding', 'keys', 'mail', 'revocation', 'teams', 'usage'],
  roles: [...below, 'accounts', 'apis', 'revocation'],
  subscriptions: [...below, 'accounts', 'apis', 'mail', 'revocation', 'teams'],
  clients: [
    ...below,
    'accounts',
    'apis',
    'branding',
    'keys',
    'mail',
    'pictures',
    'revocation',
    'subscriptions',
    'teams',
    'usage',
  ],
  // Finds sections of text, for the documentation and the API reference.
  'full-text': [],
  views: [],
  http: ['errors', 'db', 'listen', 'settings', 'views'],
  // What others name is fetched in one room, which knows nothing of who asks.
  outgoing: [],
  // What happens at the token endpoint. The library that stands beside it imports it, never the other way round.
  tokens: [...below, 'accounts', 'apis', 'clients', 'http', 'keys', 'revocation', 'roles', 'usage', 'verifier'],
  oidc: [...below, ...features, 'http', 'outgoing', 'tokens', 'verifier', 'views'],
  // The signed list of what has ended, and where verifiers read it.
  'revocation/feed': [...below, 'http', 'keys', 'revocation', 'verifier'],
  verifier: [],
  portal: [...below, ...features, 'http', 'pictures', 'views'],
  admin: [...below, ...features, 'full-text', 'http', 'pictures', 'verifier', 'views'],
  help: ['errors', 'full-text', 'http', 'views'],
  declaration: [...below, ...features, 'pictures'],
  doctor: [...below, ...features, 'verifier'],
  cli: [
    ...below,
    ...features,
    'declaration',
    'demo',
    'doctor',
    'generated-secrets',
    'pictures',
    'revocation/feed',
    'settings',
    'tokens',
  ],
  metrics: [...below, 'clients', 'keys', 'listen', 'mail', 'tokens', 'usage'],
  jobs: [...below, ...features, 'http', 'oidc'],
  app: [
    ...below,
    ...features,
    'http',
    'help',
    'oidc',
    'portal',
    'admin',
    'jobs',
    'listen',
    'metrics',
    'outgoing',
    'pictures',
    'revocation/feed',
    'tokens',
    'views',
  ],
  demo: [...below, ...features, 'owned-files'],
  // From the command to a server that listens, and to its end.
  process: [
    ...below,
    ...features,
    'app',
    'cli',
    'demo',
    'doctor',
    'generated-secrets',
    'http',
    'listen',
    'metrics',
    'settings',
  ],
  main: ['process'],
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const roomOf = (file: string) =>
  file.startsWith('revocation/feed/') ? 'revocation/feed' : (file.split('/')[0]?.replace(/\.ts$/, '') ?? '');
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

/** Every file of src → the files of src that it imports, types included. */
const imported = new Map(
  files.map((file) => {
    const specifiers = importsOf(textOf(file)).filter((specifier) => specifier.startsWith('.'));
    return [file, specifiers.map((specifier) => relative(src, resolve(dirname(join(src, file)), specifier)))];
  }),
);

/** A way from a file back to itself; undefined where there is none. */
function circleFrom(start: string): string[] | undefined {
  const seen = new Set<string>();
  const walk = (file: string, way: string[]): string[] | undefined => {
    for (const next of imported.get(file) ?? []) {
      if (next === start) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const circle = walk(next, [...way, next]);
      if (circle) return circle;
    }
    return undefined;
  };
  return walk(start, [start]);
}

describe('the house', () => {
  it('has only rooms that are on the map', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in allowed))).toEqual([]);
  });

  it('lets each room import only what the map allows', () => {
    const wrong = crossings.filter(
      ({ file, room }) =>
        !['errors', 'names', 'json', 'json-names', 'texts', 'web-addresses'].includes(room) &&
        !allowed[roomOf(file)]?.includes(room),
    );
    expect(wrong).toEqual([]);
  });

  it('has no feature that imports an edge', () => {
    const edges = ['oidc', 'portal', 'admin', 'revocation/feed', 'cli', 'http', 'views', 'app', 'process'];
    expect(crossings.filter(({ file, room }) => features.includes(roomOf(file)) && edges.includes(room))).toEqual([]);
  });

  it('imports oidc-provider in one room only', () => {
    const importers = files.filter((file) => importsOf(textOf(file)).some((name) => name.startsWith('oidc-provider')));
    expect([...new Set(importers.map(roomOf))]).toEqual(['oidc']);
  });

  it('has no SQL in the portal and the admin API', () => {
    const text = files
      .filter((file) => ['portal', 'admin'].includes(roomOf(file)))
      .map(textOf)
      .join('\n');
    expect(text).not.toMatch(/selectFrom|insertInto|updateTable|deleteFrom|sql`/);
  });

  it('reads the environment only in main and at the command line', () => {
    const readers = files.filter((file) => textOf(file).includes('process.env'));
    expect(readers.filter((file) => !['main', 'cli'].includes(roomOf(file)))).toEqual([]);
  });

  it('makes a clock only where a process begins; all others are given the time', () => {
    const makers = files.filter((file) =>
      /\bDate\.now\b|new Date(?:\(\s*\)|\b(?!\())|(?<!new )\bDate\(/.test(textOf(file)),
    );
    expect(makers.sort()).toEqual([
      'cli/command-line.ts',
      // A snippet for developers, in a string.
      'portal/apps/snippets/machine.ts',
      // The line that says that lines were lost is written where a logger cannot be.
      'process/log-lines.ts',
      'process/start.ts',
      // It runs in the processes of others, who may bring a clock.
      'verifier/options.ts',
    ]);
  });

  it('has migrations that import nothing of src', () => {
    const migrations = readdirSync(join(root, 'migrations'));
    expect(migrations.every((name) => /^\d{4}-[a-z-]+\.ts$/.test(name))).toBe(true);
    const imports = migrations.flatMap((name) => importsOf(readFileSync(join(root, 'migrations', name), 'utf8')));
    expect([...new Set(imports)]).toEqual(['kysely']);
  });

  it('has no circle of imports, types included', () => {
    expect(files.flatMap((file) => circleFrom(file) ?? [])).toEqual([]);
  });

  it('has rooms in which one finds a file: about fifteen at one level', () => {
    const folders = Map.groupBy(files, (file) => dirname(file));
    // A language has a file for each area of the pages: the folder is a table of contents.
    const rooms = [...folders].filter(([folder]) => !/^texts\/\w+$/.test(folder));
    const crowded = rooms.filter(([, inside]) => inside.length > 16).map(([folder]) => folder);
    expect(crowded).toEqual([]);
  });

  it('has no drawer for leftovers', () => {
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|managers?|misc|common)(\/|\.ts$)/.test(file))).toEqual([]);
  });

  it('keeps its files short', () => {
    expect(files.filter((file) => textOf(file).split('\n').length > 250)).toEqual([]);
  });
});
