import { sql } from 'kysely';
import type { Actor, AuditEvent } from '../audit/events.ts';
import { toRow } from '../audit/record.ts';
import { PREPARED } from '../db/clients.ts';
import type { Db } from '../db/connection.ts';
import { type ArtifactRow, hashOf } from './artifacts.ts';

/** What an exchange is going to change: gathered while it runs, and written together at its end. */
export interface Writes {
  /** Rows that the exchange has locked and found unused. */
  readonly consumed: { readonly model: string; readonly id: string }[];
  readonly issued: ArtifactRow[];
  readonly events: AuditEvent[];
}

/** One statement for all of it: a refresh is one round trip to find its token, and one to put the next in its place. */
export async function write(db: Db, writes: Writes, by: { actor: Actor; now: Date }): Promise<void> {
  const { consumed, issued, events } = writes;
  const parts = [
    ...consumed.map(({ model, id }, index) => {
      const update = db
        .updateTable('artifacts')
        .set({ consumed_at: by.now })
        .where('id_hash', '=', hashOf(id))
        .where('model', '=', model)
        .where('consumed_at', 'is', null)
        .returning('model');
      return sql`${sql.raw(`consumed${index}`)} as (${update})`;
    }),
    ...(issued.length > 0 ? [sql`issued as (${db.insertInto('artifacts').values(issued).returning('model')})`] : []),
    ...(events.length > 0
      ? [
          sql`audited as (${db
            .insertInto('audit_events')
            .values(events.map((event) => toRow(by.actor, event, by.now)))
            .returning('id')})`,
        ]
      : []),
  ];
  if (parts.length === 0) return;
  const counts = consumed.map((_, index) => sql`(select count(*) from ${sql.raw(`consumed${index}`)})`);
  const total = counts.length > 0 ? sql.join(counts, sql` + `) : sql`0`;
  const { rows } = await sql<{
    used: number | string;
  }>`${sql.raw(PREPARED)} with ${sql.join(parts)} select ${total} as used`.execute(db);
  // They were locked and unused, so this cannot be; if it is, nothing of the exchange may stay.
  if (Number(rows[0]?.used) !== consumed.length) throw new Error('a locked artifact was used by someone else');
}
