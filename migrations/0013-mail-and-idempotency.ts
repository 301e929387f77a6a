import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // The text is sealed under a master key, because it may carry a code that opens something.
  await sql`
    create table mail_outbox (
      id text primary key,
      recipient text not null,
      subject text not null,
      sealed_text text not null,
      created_at timestamptz not null,
      next_attempt_at timestamptz not null,
      attempts integer not null default 0,
      last_error text,
      sent_at timestamptz
    )`.execute(db);
  await sql`create index mail_outbox_due on mail_outbox (next_attempt_at) where sent_at is null`.execute(db);
  await sql`create index mail_outbox_created on mail_outbox (created_at)`.execute(db);
  // The answer is kept sealed with a key that only the one who sent the Idempotency-Key can derive.
  await sql`
    create table idempotency_keys (
      key_hash bytea primary key,
      request_hash bytea not null,
      sealed_answer bytea,
      created_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index idempotency_keys_expiry on idempotency_keys (expires_at)`.execute(db);
  // What the next page of a visit says once, sealed like the visit itself.
  await sql`alter table portal_sessions add column sealed_flash bytea`.execute(db);
}
