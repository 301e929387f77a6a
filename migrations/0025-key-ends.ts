import { type Kysely, sql } from 'kysely';

/**
 * A key's end follows from its successor's start, so it is no longer written down; a copy of it stayed when the successor
 * was revoked. What is written is the end of a key that nothing follows, its algorithm being out of use. Servers of the
 * version before still fill `retires_at` while they are replaced; nothing reads it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table signing_keys add column ended_at timestamptz`.execute(db);
  await sql`alter table apis add column signing_alg_before text`.execute(db);
  await sql`alter table clients add column id_token_alg_before text`.execute(db);
}
