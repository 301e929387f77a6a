import { type Kysely, sql } from 'kysely';

/** When somebody signed in last, what a person or the operator did, and what is about a team. Most events are in none of these. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index audit_events_sign_ins on audit_events (account_id, id) where type = 'account.signed_in'`.execute(db);
  await sql`
    create index audit_events_actor on audit_events (actor_type, actor_id, id)
      where actor_type in ('account', 'operator')`.execute(db);
  await sql`
    create index audit_events_team on audit_events ((detail ->> 'teamId'), id)
      where detail ->> 'teamId' is not null`.execute(db);
}
