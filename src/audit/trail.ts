import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Listing } from '../db/pages.ts';

export const TrailQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  /** The cursor: the number of the last event of the page before. */
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'The cursor is not one of ours. Start again.')
    .optional(),
  /** What is about this app, by its client_id. */
  app: z.string().max(100).optional(),
  /** What is about this person. */
  account: z.string().max(100).optional(),
  type: z.string().max(100).optional(),
});

export interface TrailEvent {
  readonly id: number;
  readonly at: Date;
  readonly type: string;
  readonly actor_type: string;
  readonly actor_id: string | null;
  readonly client_id: string | null;
  readonly account_id: string | null;
  readonly ip: string | null;
  readonly request_id: string | null;
  /** What the event says beside its type. */
  readonly detail: Record<string, unknown>;
}

/** The audit trail, the newest first. @throws {ZodError} @throws {AppError} not_found, forbidden */
export async function listEvents(db: Db, query: z.input<typeof TrailQuery>, by: By): Promise<Listing<TrailEvent>> {
  authorize(by, 'platform.read', null);
  const { limit, cursor, app, account, type } = TrailQuery.parse(query);
  let events = db
    .selectFrom('audit_events')
    .select(['id', 'at', 'type', 'actor_type', 'actor_id', 'client_id', 'account_id', 'ip', 'request_id', 'detail'])
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined) events = events.where('id', '<', Number(cursor));
  if (app !== undefined) events = events.where('client_id', '=', app);
  if (account !== undefined) events = events.where('account_id', '=', account);
  if (type !== undefined) events = events.where('type', '=', type);
  const found = await events.execute();
  const rows = found.slice(0, limit);
  return { rows, next: found.length > limit ? String(rows.at(-1)?.id) : undefined };
}

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
