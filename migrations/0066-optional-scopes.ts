import { type Kysely, sql } from 'kysely';

/**
 * The scopes that people may leave out when they let an app in, by name: none of an app that is there. And what each
 * person has left out, so that they are not asked at each sign-in.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table clients add column optional_scopes text[] not null default '{}'`.execute(db);
  await sql`
    alter table consents
      add column left_out_oidc_scopes text[] not null default '{}',
      add column left_out_resources jsonb not null default '{}'`.execute(db);
}
