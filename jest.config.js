const root = '<rootDir>/test';

/**
 * All of it runs on PostgreSQL. What is run once more (TEST_ON) has a reason each:
 *
 * - on the embedded database, everything that goes over HTTP: another driver, one connection, another way to hear of changes.
 * - through PgBouncer in transaction mode, one of each kind of statement: prepared ones in the lanes, transactions, those that
 *   must not see each other's session, what follows changes by polling, migrations and jobs. What is left out asks the same
 *   way of the same database: pages, metadata, parameters that are refused before any statement. Processes and races do not
 *   come again: what decides them is in PostgreSQL. (Races run here and, two hundred rounds each, with the faults, where
 *   chance has time to come.)
 */
const parts = {
  embedded: ['http/**/*'],
  pgbouncer: [
    'http/authorization-code',
    'http/client-credentials',
    'http/client-secrets',
    'http/codes',
    'http/deadline',
    'http/device',
    'http/dpop',
    'http/ended-*',
    'http/express-lane',
    'http/introspection-lane',
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
};
const part = parts[process.env.TEST_ON];
const elsewhere = [
  `${root}/browser/`,
  `${root}/real-clients/`,
  `${root}/faults/`,
  ...(part ? [] : [`${root}/pgbouncer/`]),
];

export default {
  testEnvironment: 'node',
  roots: [root],
  testMatch: (part ?? ['**/*']).map((files) => `${root}/${files}.test.ts`),
  testPathIgnorePatterns: ['/node_modules/', ...elsewhere],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.cjs' },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // For what stands still. Nothing takes so long, unless other programs keep the machine busy.
  testTimeout: 180_000,
  maxWorkers: 2,
  reporters: ['default', ...(process.env.TEST_REPORT ? ['<rootDir>/test/support/report.js'] : [])],
  coverageProvider: 'v8',
};
