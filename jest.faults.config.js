import base from './jest.config.js';

/** Specs that break something: the database, connections, processes. One at a time, for each looks at the clock. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/faults/**/*.test.ts', '<rootDir>/test/races/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
};
