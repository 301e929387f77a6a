import { type Kysely, sql } from 'kysely';

/**
 * What the installation is called and looks like: one row. What is null is as Latchkey has it. A picture is a PNG that we
 * encoded ourselves, beside a digest of it and one of the file that it was made from.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table branding (
      id boolean primary key default true check (id),
      name text,
      accent text,
      privacy_url text,
      terms_url text,
      support_url text,
      logo bytea,
      logo_digest text,
      logo_source text,
      dark_logo bytea,
      dark_logo_digest text,
      dark_logo_source text,
      version integer not null default 1,
      updated_at timestamptz
    )`.execute(db);
  await sql`insert into branding default values`.execute(db);
}
