import { type Kysely, sql } from 'kysely';

/**
 * One-time links that go out by mail: for a new password, to verify an address, to change it, to sign up. One of each kind for
 * each subject, so that a newer one replaces it. And since when a person has to choose a new password.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table account_links (
      kind text not null,
      subject text not null,
      code_hash bytea not null unique,
      account_id text references accounts (id) on delete cascade,
      email text not null,
      by_mail boolean not null default true,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      primary key (kind, subject)
    )`.execute(db);
  await sql`create index account_links_expires_at on account_links (expires_at)`.execute(db);
  await sql`create index account_links_account on account_links (account_id) where account_id is not null`.execute(db);
  await sql`alter table accounts add column new_password_since timestamptz`.execute(db);
}
