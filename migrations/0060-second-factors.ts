import { type Kysely, sql } from 'kysely';

/**
 * What a person has besides a password: the seed of one-time codes (RFC 6238), sealed under a master key, and recovery
 * codes, hashed. A seed without a time of confirmation is one that a visit is setting up.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table totp_factors (
      account_id text primary key references accounts (id) on delete cascade,
      sealed_seed text not null,
      visit_hash bytea not null,
      confirmed_at timestamptz,
      used_step integer not null default 0,
      used_at timestamptz,
      created_at timestamptz not null
    )`.execute(db);
  await sql`
    create table recovery_codes (
      account_id text not null references accounts (id) on delete cascade,
      code_hash bytea not null,
      salt bytea not null,
      created_at timestamptz not null,
      primary key (account_id, code_hash)
    )`.execute(db);
}
