/** Two runs of one suite: on PostgreSQL, and the HTTP specs once more on the embedded database (TEST_ON=embedded). */
const embedded = process.env.TEST_ON === 'embedded';

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: embedded ? ['<rootDir>/test/http/**/*.test.ts'] : ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/browser/', '<rootDir>/test/faults/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.cjs' },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: 60_000,
  maxWorkers: 2,
  coverageProvider: 'v8',
};
