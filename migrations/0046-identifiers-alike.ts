import { type Kysely, sql } from 'kysely';

/**
 * An identifier with and without a slash at its end is one, but for APIs that are there and differ in nothing else: those
 * stay apart for ever.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table apis add column exact_slash boolean not null default false`.execute(db);
  await sql`update apis set exact_slash = true where exists (
    select from apis other
    where other.identifier = apis.identifier || '/' or apis.identifier = other.identifier || '/')`.execute(db);
  await sql`create unique index apis_identifier_alike on apis (regexp_replace(identifier, '/$', ''))
    where not exact_slash`.execute(db);
}
