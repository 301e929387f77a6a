import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { aheadOf, clockAhead } from '../../src/db/clock-skew.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let storage: TestDatabase;
beforeAll(async () => {
  storage = await createTestDatabase();
});
afterAll(() => storage.drop());

it('the clock of the database is compared with the one here', async () => {
  const at = (seconds: number) => () => new Date(Date.now() + seconds * 1000);
  const { db } = storage.database;
  expect(await clockAhead(db, at(0))).toBe(0);
  // How long the answer took is not known to whoever asks.
  expect(await clockAhead(db, at(-100))).toBeGreaterThan(90_000);
  expect(await clockAhead(db, at(-100))).toBeLessThanOrEqual(100_000);
  expect(await clockAhead(db, at(100))).toBeLessThan(-90_000);
});

it.each([
  [1500, 500],
  [1000, 0],
  [700, 0],
  [400, -100],
])('a time of %i, read between 500 and 1000, is ahead by %i', (theirs, ahead) => {
  expect(aheadOf(theirs, 500, 1000)).toBe(ahead);
});
