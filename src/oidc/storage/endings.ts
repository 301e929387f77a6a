import type { Actor, AuditEvent } from '../../audit/events.ts';
import { recordWithin } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import { Statement } from '../../db/statement.ts';
import { revokeWithin } from '../../revocation/revoke.ts';
import { hashOf, TOKENS_OF_GRANT } from '../../tokens/storage/artifacts.ts';

/** What is to end: gathered while a request runs, and ended together. */
export interface Endings {
  readonly artifacts: { readonly model: string; readonly id: string }[];
  /** Grants that end with their tokens. JWTs of a grant are not stored, so they are named as revoked. */
  readonly grants: string[];
}

/** Ends them in one statement, with the audit of it. */
export async function end(
  db: Db,
  endings: Endings,
  by: { actor: Actor; events: readonly AuditEvent[]; now: Date },
): Promise<void> {
  const grants = [...new Set(endings.grants)];
  const statement = new Statement();
  if (grants.length > 0) {
    deleteTokensOf(statement, grants);
    revokeWithin(statement, { kind: 'grant', values: grants, reason: 'grant revoked' });
  }
  for (const { model, id } of endings.artifacts) {
    statement.add(`delete from artifacts
      where id_hash = ${statement.parameter(hashOf(id), 'bytea')} and model = ${statement.parameter(model, 'text')}`);
  }
  recordWithin(statement, by.actor, by.events, by.now);
  await statement.run(db);
}

function deleteTokensOf(statement: Statement, grants: readonly string[]): void {
  statement.add(`delete from artifacts where grant_id = any(${statement.parameter(grants, 'text[]')})
    and model = any(${statement.parameter(TOKENS_OF_GRANT, 'text[]')})`);
}
