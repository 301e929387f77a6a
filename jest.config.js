const root = '<rootDir>/test';
/** Where files are that only the suite named after it runs. */
const apart = ['browser', 'real-clients', 'faults', 'pgbouncer'];

/**
 * The suites, and the specs of each. TEST_ON chooses one; without it, all specs run that need nothing but PostgreSQL and
 * break nothing. What runs once more in another suite has a reason:
 *
 * - on the embedded database, everything that goes over HTTP: another driver, one connection, another way to hear of changes.
 * - through PgBouncer in transaction mode, one of each kind of statement: prepared ones in the lanes, transactions, those that
 *   must not see each other's session, what follows changes by polling, migrations and jobs. What is left out asks the same
 *   way of the same database: pages, metadata, parameters that are refused before any statement. Processes and races do not
 *   come again: what decides them is in PostgreSQL.
 * - browser: specs that need a real browser, a real proxy, or other people's clients with all that they need.
 * - faults: specs that break something (the database, connections, processes), and races with more rounds. One file at a time,
 *   for each looks at the clock.
 */
const suites = {
  postgres: ['**/*'],
  embedded: ['http/**/*', 'factors/**/*'],
  pgbouncer: [
    'http/authorization-code',
    'http/client-credentials',
    'http/client-secrets',
    'http/codes',
    'http/deadline',
    'http/device',
    'http/dpop',
    'http/ended-*',
    'http/exchanges-together',
    'http/express-lane',
    'http/introspection-lane',
    'http/opaque-lane',
    'http/overtaken-*',
    'http/par',
    'http/refresh*',
    'http/revo*',
    'http/roles',
    'http/sign-in*',
    'http/sign-out',
    'http/usage',
    'admin/effects',
    'admin/operations',
    'portal/apps-secrets',
    'portal/statements',
    'portal/operator',
    'usage/**/*',
    'pgbouncer/*',
    'cli/operations',
    'operations/clean-up',
  ],
  browser: ['browser/**/*', 'real-clients/**/*'],
  faults: ['faults/**/*', 'races/**/*'],
};
const name = process.env.TEST_ON || 'postgres';
const files = suites[name];
if (!files) throw new Error(`TEST_ON names no suite: ${name}. There are ${Object.keys(suites).join(', ')}.`);
const elsewhere = name === 'postgres' ? apart.map((folder) => `${root}/${folder}/`) : [];

export default {
  testEnvironment: 'node',
  roots: [root],
  testMatch: files.map((some) => `${root}/${some}.test.ts`),
  testPathIgnorePatterns: ['/node_modules/', ...elsewhere],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.cjs' },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // For what stands still. Nothing takes so long, unless other programs keep the machine busy.
  testTimeout: 180_000,
  maxWorkers: ['browser', 'faults'].includes(name) ? 1 : 2,
  reporters: ['default', ...(process.env.TEST_REPORT ? ['<rootDir>/test/support/report.js'] : [])],
  coverageProvider: 'v8',
};
