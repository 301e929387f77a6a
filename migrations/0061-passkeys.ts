import { type Kysely, sql } from 'kysely';

/**
 * Passkeys of people: public keys, with what a browser needs to ask for them. And what a browser was asked to sign last: one
 * challenge for each visit, which the answer uses up.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table passkeys (
      id text primary key,
      account_id text not null references accounts (id) on delete cascade,
      name text not null,
      public_key bytea not null,
      counter double precision not null,
      transports text[] not null,
      synced boolean not null,
      created_at timestamptz not null,
      used_at timestamptz
    )`.execute(db);
  await sql`create index passkeys_account on passkeys (account_id)`.execute(db);
  await sql`
    create table passkey_challenges (
      visit_hash bytea primary key,
      challenge_hash bytea not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index passkey_challenges_expires_at on passkey_challenges (expires_at)`.execute(db);
}
