import { type Kysely, sql } from 'kysely';

/** When a key starts and stops signing, and who holds its private part. Keys that exist have been signing all along. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table signing_keys
      alter column sealed_private_jwk drop not null,
      add column signer text not null default 'database',
      add column activates_at timestamptz,
      add column retires_at timestamptz,
      add column revoked_at timestamptz,
      add column revoked_reason text`.execute(db);
  await sql`update signing_keys set activates_at = created_at`.execute(db);
  await sql`alter table signing_keys alter column activates_at set not null`.execute(db);
}
