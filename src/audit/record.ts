import type { Db } from '../db/connections/connection.ts';
import type { NumberedStatement } from '../db/numbered-statement.ts';
import type { ColumnTypes, Statement } from '../db/statement.ts';
import type { Actor, AuditEvent } from './events.ts';

/** Writes events in the transaction of the change that they tell of: both are there afterwards, or neither. */
export async function record(
  db: Db,
  actor: Actor,
  events: AuditEvent | readonly AuditEvent[],
  now: Date,
): Promise<void> {
  const rows = [events].flat().map((event) => toRow(actor, event, now));
  if (rows.length > 0) await db.insertInto('audit_events').values(rows).execute();
}

/**
 * Writes events as a part of a larger statement.
 * @param found what of them only the statement finds out: an object of SQL, made of its `basis`
 */
export function recordWithin(
  statement: Statement,
  actor: Actor,
  events: AuditEvent | readonly AuditEvent[],
  now: Date,
  found?: string,
): void {
  statement.insert(
    'audit_events',
    COLUMNS,
    [events].flat().map((event) => toRow(actor, event, now)),
    found === undefined ? {} : { detail: `added.detail || ${found}` },
  );
}

/** The same for several changes that are one statement. */
export function recordEach(
  statement: NumberedStatement,
  changes: readonly { number: number; actor: Actor; events: readonly AuditEvent[]; now: Date }[],
): void {
  const rows = changes.flatMap(({ number, actor, events, now }) =>
    events.map((event) => ({ number, row: toRow(actor, event, now) })),
  );
  statement.insert('audit_events', COLUMNS, rows);
}

const COLUMNS: ColumnTypes = {
  at: 'timestamptz',
  type: 'text',
  actor_type: 'text',
  actor_id: 'text',
  client_id: 'text',
  account_id: 'text',
  ip: 'text',
  request_id: 'text',
  detail: 'jsonb',
};

function toRow(actor: Actor, event: AuditEvent, now: Date) {
  const { type, ...detail } = event;
  return {
    at: now,
    type,
    actor_type: actor.type,
    actor_id: actor.id ?? null,
    client_id: 'clientId' in event ? (event.clientId ?? null) : null,
    account_id: 'accountId' in event ? (event.accountId ?? null) : null,
    ip: actor.ip ?? null,
    request_id: actor.requestId ?? null,
    detail: JSON.stringify(detail),
  };
}
