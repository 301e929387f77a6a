import type { Db } from '../db/connections/connection.ts';
import type { TrailEvent } from './trail.ts';

/** The names of the apps and people that events are about or by, by their ids; whatever is deleted has none. */
export async function findParties(db: Db, events: readonly TrailEvent[]): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(events.flatMap((event) => [event.client_id, event.account_id, event.actor_id]));
  const wanted = [...ids].filter((id) => id !== null);
  if (wanted.length === 0) return new Map();
  const apps = db.selectFrom('clients').select(['id', 'name']).where('id', 'in', wanted);
  const people = db.selectFrom('accounts').select(['id', 'name']).where('id', 'in', wanted);
  const rows = await apps.unionAll(people).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}
