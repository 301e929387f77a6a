import { type Kysely, sql } from 'kysely';

/** An invitation without a team is for an account alone: how admins let people in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table invitations
      alter column team_id drop not null,
      alter column role drop not null,
      add constraint invitations_role check ((team_id is null) = (role is null))`.execute(db);
}
