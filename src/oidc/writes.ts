import { CompiledQuery } from 'kysely';
import type { Actor, AuditEvent } from '../audit/events.ts';
import { toRow } from '../audit/record.ts';
import { PREPARED } from '../db/clients.ts';
import type { Db } from '../db/connection.ts';
import { type ArtifactRow, hashOf } from './artifacts.ts';
import type { RetryRow } from './refresh-retries.ts';

/** What an exchange is going to change: gathered while it runs, and written together at its end. */
export interface Writes {
  /** The code or token that is used up by it, and was unused when it was read. */
  consumed: { readonly model: string; readonly id: string } | undefined;
  readonly issued: ArtifactRow[];
  readonly retries: RetryRow[];
  readonly events: AuditEvent[];
}

/** Columns with their types: without them PostgreSQL would not know what is in a list of values. */
const ARTIFACT = {
  id_hash: 'bytea',
  model: 'text',
  grant_id: 'text',
  account_id: 'text',
  client_id: 'text',
  payload: 'jsonb',
  created_at: 'timestamptz',
  expires_at: 'timestamptz',
};
const RETRY = { token_hash: 'bytea', successor_hash: 'bytea', sealed: 'bytea', expires_at: 'timestamptz' };
const EVENT = {
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

/**
 * Uses up the code or token, and only if nobody else has, and the grant and the person are still there, writes what
 * follows from it. One statement, and so a transaction of its own. @returns whether it was this one who used it
 */
export async function write(db: Db, writes: Writes, by: { actor: Actor; now: Date }): Promise<boolean> {
  const { consumed, issued, retries, events } = writes;
  if (!consumed && issued.length + retries.length + events.length === 0) return true;
  const statement = new Statement();
  if (consumed) statement.use(consumed, by.now);
  statement.insert('artifacts', ARTIFACT, issued);
  statement.insert('refresh_retries', RETRY, retries);
  statement.insert(
    'audit_events',
    EVENT,
    events.map((event) => toRow(by.actor, event, by.now)),
  );
  const { rows } = await db.executeQuery(statement.compile());
  return rows.length > 0;
}

/** Put together by hand: Kysely takes longer to build it than PostgreSQL to run it. */
class Statement {
  readonly #parts: string[] = [];
  readonly #values: unknown[] = [];

  #parameter(value: unknown, type: string): string {
    return `$${this.#values.push(value)}::${type}`;
  }

  use({ model, id }: { model: string; id: string }, now: Date): void {
    this.#parts.push(`used as (
      update artifacts set consumed_at = ${this.#parameter(now, 'timestamptz')}
      where id_hash = ${this.#parameter(hashOf(id), 'bytea')} and model = ${this.#parameter(model, 'text')}
        and consumed_at is null
        and exists (select from artifacts owner where owner.model = 'Grant'
          and owner.id_hash = sha256(convert_to(artifacts.grant_id, 'UTF8')))
        and exists (select from accounts where accounts.id = artifacts.account_id and accounts.disabled_at is null)
      returning 1 as one)`);
  }

  insert(table: string, columns: Record<string, string>, rows: readonly object[]): void {
    if (rows.length === 0) return;
    const types = Object.entries(columns);
    const lists = (rows as Record<string, unknown>[]).map(
      (row) => `(${types.map(([name, type]) => this.#parameter(row[name], type)).join()})`,
    );
    const names = types.map(([name]) => name).join();
    this.#parts.push(`into_${table} as (
      insert into ${table} (${names})
      select added.* from used, (values ${lists.join()}) as added (${names}))`);
  }

  compile(): CompiledQuery {
    const first = this.#parts[0]?.startsWith('used') ? [] : ['used as (select 1 as one)'];
    const text = `${PREPARED} with ${[...first, ...this.#parts].join()} select one from used`;
    return CompiledQuery.raw(text, this.#values);
  }
}
