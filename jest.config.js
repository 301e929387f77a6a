const root = '<rootDir>/test';

/** All of it on PostgreSQL; what goes over HTTP once more on the embedded database, and through PgBouncer (TEST_ON). */
const parts = {
  embedded: ['http/**/*'],
  pgbouncer: [
    'http/**/*',
    'admin/**/*',
    'portal/**/*',
    'usage/**/*',
    'metrics/*',
    'pgbouncer/*',
    'races/*',
    'workers/*',
    'cli/operations',
    'operations/clean-up',
  ],
};
const part = parts[process.env.TEST_ON];
const elsewhere = [`${root}/browser/`, `${root}/faults/`, ...(part ? [] : [`${root}/pgbouncer/`])];

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
  coverageProvider: 'v8',
};
