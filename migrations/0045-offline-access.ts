import { type Kysely, sql } from 'kysely';

/** When an app gets `offline_access`. Apps that are there go on needing `prompt=consent`, as does what an older process adds. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table clients add column offline_access text not null default 'with_prompt'
    check (offline_access in ('allowed', 'with_prompt', 'never'))`.execute(db);
}
