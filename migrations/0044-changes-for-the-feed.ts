import { type Kysely, sql } from 'kysely';

/**
 * The transaction that changed an entry of the feed of epochs. A process that reads on from a snapshot asks for what that
 * snapshot did not see, whatever order the transactions committed in. A row from before has none; the first reading takes all.
 *
 * By a trigger, so that processes of the version before note it too. It runs after complete_epoch, in the order of the names.
 * Cleaning up and locking an epoch change nothing of the feed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function note_change() returns trigger language plpgsql as $$
    begin
      new.changed_in := pg_current_xact_id();
      return new;
    end $$`.execute(db);
  for (const table of ['epochs', 'revocations']) {
    await sql`alter table ${sql.table(table)} add column changed_in xid8`.execute(db);
    await sql`
      create index ${sql.ref(`${table}_changed`)} on ${sql.table(table)} (changed_in)
      where changed_in is not null`.execute(db);
    await sql`
      create trigger note_change before insert on ${sql.table(table)}
      for each row when (new.forget_at is not null) execute function note_change()`.execute(db);
  }
  await sql`
    create trigger note_change_again before update on epochs
    for each row when (new.epoch <> old.epoch or new.forget_at is distinct from old.forget_at)
    execute function note_change()`.execute(db);
  await sql`
    create trigger note_change_again before update on revocations
    for each row execute function note_change()`.execute(db);
}
