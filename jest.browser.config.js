import base from './jest.config.js';

/** Specs that need a real browser, a real proxy, or other people's clients with all that they need. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/browser/**/*.test.ts', '<rootDir>/test/real-clients/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
};
