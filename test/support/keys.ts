import type { TestServer } from './server.ts';

/** Makes the keys of algorithms that came into use, and lets them sign as if they had been published for long enough. */
export async function keysAreKnown({ app, database }: Pick<TestServer, 'app' | 'database'>): Promise<void> {
  await app.keyring.maintain();
  const now = new Date();
  await database.db.updateTable('signing_keys').set({ activates_at: now }).where('activates_at', '>', now).execute();
  await app.keyring.reload();
}
