import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Listing } from '../db/pages.ts';
import { countRows } from '../db/sorting.ts';
import { t } from '../texts/texts.ts';

export const TrailQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  /** The cursor: the number of the last event of the page before. */
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, t('refusals.badCursor'))
    .optional(),
  /** What is about this app, by its client_id. */
  app: z.string().max(100).optional(),
  /** What is about this person. */
  account: z.string().max(100).optional(),
  type: z.string().max(100).optional(),
});

/** What the trail is asked for in the portal, beside that. */
export const WiderTrailQuery = TrailQuery.extend({
  /** Done by this person, or by the operator. */
  actor: z.string().max(100).optional(),
  /** About this team. */
  team: z.string().max(100).optional(),
  /** From this moment on, and before that one. */
  from: z.date().optional(),
  to: z.date().optional(),
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
export async function listEvents(db: Db, query: z.input<typeof WiderTrailQuery>, by: By): Promise<Listing<TrailEvent>> {
  authorize(by, 'platform.read', null);
  const { limit, cursor, ...asked } = WiderTrailQuery.parse(query);
  let events = matchingEvents(db, asked)
    .select(['id', 'at', 'type', 'actor_type', 'actor_id', 'client_id', 'account_id', 'ip', 'request_id', 'detail'])
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined) events = events.where('id', '<', Number(cursor));
  const found = await events.execute();
  const rows = found.slice(0, limit);
  return { rows, next: found.length > limit ? String(rows.at(-1)?.id) : undefined };
}

/** How many there are in all. @throws {ZodError} @throws {AppError} not_found, forbidden */
export async function countEvents(db: Db, query: z.input<typeof WiderTrailQuery>, by: By): Promise<number> {
  authorize(by, 'platform.read', null);
  return await countRows(db, matchingEvents(db, WiderTrailQuery.parse(query)));
}

type Asked = Omit<z.output<typeof WiderTrailQuery>, 'limit' | 'cursor'>;

/** Each of these is found by an index (migrations 0004, 0012, 0019 and 0049). */
function matchingEvents(db: Db, { app, account, type, actor, team, from, to }: Asked) {
  let events = db.selectFrom('audit_events');
  if (app !== undefined) events = events.where('client_id', '=', app);
  if (account !== undefined) events = events.where('account_id', '=', account);
  if (type !== undefined) events = events.where('type', '=', type);
  if (actor === 'operator') events = events.where('actor_type', '=', 'operator');
  else if (actor !== undefined) events = events.where('actor_type', '=', 'account').where('actor_id', '=', actor);
  if (team !== undefined) events = events.where(sql`detail ->> 'teamId'`, '=', team);
  if (from) events = events.where('at', '>=', from).where(isNumbered('from', from));
  if (to) events = events.where('at', '<', to).where(isNumbered('to', to));
  return events;
}

/** Events are written at about the time that they tell of, each with a higher number than those before. */
const SLACK = 3_600_000;

/**
 * The numbers that events of a time can have, by one look into the index of times: the trail is read by number, and would otherwise
 * be read from its end to that time.
 */
function isNumbered(side: 'from' | 'to', at: Date): RawBuilder<boolean> {
  const edge = new Date(at.getTime() + (side === 'from' ? -SLACK : SLACK));
  return side === 'from'
    ? sql<boolean>`id >= (select edge.id from audit_events edge where edge.at >= ${edge} order by edge.at limit 1)`
    : sql<boolean>`id <= (select edge.id from audit_events edge where edge.at <= ${edge} order by edge.at desc limit 1)`;
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
