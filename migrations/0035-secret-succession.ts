import { type Kysely, sql } from 'kysely';

/** A secret that ends in place of another knows for which one, and when it would have ended without. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table client_secrets
    add column ends_for text references client_secrets (id) on delete set null,
    add column settled_end timestamptz`.execute(db);
  await sql`create index client_secrets_ends_for on client_secrets (ends_for) where ends_for is not null`.execute(db);
}
