import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openUsable } from '../../src/db/connections/usable.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let storage: TestDatabase;
beforeAll(async () => {
  storage = await createTestDatabase();
});
afterAll(async () => {
  await storage.drop();
});

it('statements that fail are counted on the first connection too, which looked at the database', async () => {
  const metrics = createMetrics();
  const watch = (database: Parameters<typeof metrics.watchDatabase>[0]) => metrics.watchDatabase(database);
  const database = await openUsable(storage.url ?? '', 2, () => {}, { own: true }, watch);
  try {
    const connections = database.pool?.totalCount;
    await expect(sql`insert into settings (key) values (null)`.execute(database.db)).rejects.toThrow('null value');
    expect([connections, database.pool?.totalCount]).toEqual([1, 1]);
    expect(await metrics.registry.metrics()).toContain('latchkey_statement_failures_total{class="23"} 1');
  } finally {
    await database.close();
  }
});
