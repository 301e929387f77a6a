import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { randomFrom } from '../support/random.ts';
import { addPeople, apply, empty, exported } from './databases.ts';
import { randomDeclaration } from './random.ts';

let first: TestDatabase;
let second: TestDatabase;

beforeAll(async () => {
  [first, second] = [await createTestDatabase(), await createTestDatabase()];
  await addPeople(first.database);
  await addPeople(second.database);
});
afterAll(async () => {
  await first.drop();
  await second.drop();
});

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

describe.each(SEEDS)('the random configuration %i', (seed) => {
  it('is the same after export, apply to an empty database, and export; a second apply has nothing to do', async () => {
    await Promise.all([empty(first.database), empty(second.database)]);
    await apply(first.database, stringify(randomDeclaration(randomFrom(seed))));
    const text = await exported(first.database);
    await apply(second.database, text);

    expect(await exported(second.database)).toBe(text);
    for (const { database } of [first, second]) {
      expect(await apply(database, text, { prune: true })).toEqual({ changes: [], left: [] });
    }
  });

  it('is what another one becomes by apply with --prune, and a dry run before that changes nothing', async () => {
    await Promise.all([empty(first.database), empty(second.database)]);
    const [before, after] = [seed + 100, seed + 200].map((one) => stringify(randomDeclaration(randomFrom(one))));
    await apply(first.database, before ?? '');
    await apply(second.database, after ?? '');

    const untouched = await exported(first.database);
    const tried = await apply(first.database, after ?? '', { prune: true, dryRun: true });
    expect(await exported(first.database)).toBe(untouched);
    expect(await apply(first.database, after ?? '', { prune: true })).toEqual(tried);
    expect(await exported(first.database)).toBe(await exported(second.database));
  });
});
