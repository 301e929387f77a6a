import type { Actor, AuditEvent } from '../../audit/events.ts';
import { recordWithin } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import { type ColumnTypes, Statement } from '../../db/statement.ts';
import { ofLiveGrant, ofLiveTokens } from '../../revocation/epochs.ts';
import { type ArtifactRow, hashOf, ofLiveSignIn } from './artifacts.ts';
import type { RetryRow } from './refresh-retries.ts';

/** What an exchange is going to change: gathered while it runs, and written together at its end. */
export interface Writes {
  /** The code or token that is used up by it, and was unused when it was read. */
  consumed: { readonly model: string; readonly id: string } | undefined;
  /** In its place, for a retry: the refresh token that it is answered with, which has to be unused still. */
  unused?: string;
  readonly issued: ArtifactRow[];
  readonly retries: RetryRow[];
  readonly events: AuditEvent[];
}

/** Who does it, which may turn out while it runs, and when. */
export interface By {
  readonly actor: () => Actor;
  readonly now: Date;
}

/** Of what an exchange issues nothing has a uid or a user code. */
export const ISSUED: ColumnTypes = {
  id_hash: 'bytea',
  model: 'text',
  grant_id: 'text',
  account_id: 'text',
  client_id: 'text',
  payload: 'jsonb',
  created_at: 'timestamptz',
  expires_at: 'timestamptz',
  client_tokens_epoch: 'int4',
};
export const RETRY: ColumnTypes = {
  token_hash: 'bytea',
  successor_hash: 'bytea',
  sealed: 'bytea',
  expires_at: 'timestamptz',
};

/** Unused, and the grant and the person are still there. */
export const IS_GOOD = `artifacts.consumed_at is null and ${ofLiveTokens('artifacts')}
      and exists (select from artifacts owner where owner.model = 'Grant'
        and owner.id_hash = sha256(convert_to(artifacts.grant_id, 'UTF8'))
        and ${ofLiveGrant('owner')})
      and exists (select from accounts where accounts.id = artifacts.account_id and accounts.disabled_at is null
        and ${ofLiveSignIn('artifacts', 'accounts')})`;

/**
 * Uses up the code or token, and only if nobody else has, and the grant and the person are still there, writes what
 * follows from it. @returns whether it was this one who used it
 */
export async function write(db: Db, writes: Writes, by: By): Promise<boolean> {
  const { consumed, unused, issued, retries, events } = writes;
  if (!consumed && unused === undefined && issued.length + retries.length + events.length === 0) return true;
  const statement = new Statement();
  if (consumed) statement.basis(use(statement, consumed, by.now));
  else if (unused !== undefined) statement.basis(hold(statement, unused));
  statement.insert('artifacts', ISSUED, issued);
  statement.insert('refresh_retries', RETRY, retries);
  recordWithin(statement, by.actor(), events, by.now);
  return statement.run(db);
}

function use(statement: Statement, { model, id }: { model: string; id: string }, now: Date): string {
  return `update artifacts set consumed_at = ${statement.parameter(now, 'timestamptz')}
    where id_hash = ${statement.parameter(hashOf(id), 'bytea')} and model = ${statement.parameter(model, 'text')}
      and ${IS_GOOD}
    returning 1 as one`;
}

/** Locks the row, so that nobody uses it up meanwhile. */
function hold(statement: Statement, refreshToken: string): string {
  return `select 1 as one from artifacts
    where id_hash = ${statement.parameter(hashOf(refreshToken), 'bytea')} and model = 'RefreshToken' and ${IS_GOOD}
    for share`;
}
