import type { Statement } from '../../db/statement.ts';
import { type ArtifactRow, REPLACING, SAVED } from './artifacts.ts';

/** An artifact to save, with the epoch of the sign-in that it comes from. @see saveArtifact */
export interface Saving {
  readonly row: ArtifactRow;
  readonly epoch: number | 'now' | null;
}

const TYPES: Readonly<Record<(typeof SAVED)[number], string>> = {
  id_hash: 'bytea',
  model: 'text',
  created_at: 'timestamptz',
  grant_id: 'text',
  account_id: 'text',
  client_id: 'text',
  uid_hash: 'bytea',
  user_code_hash: 'bytea',
  payload: 'jsonb',
  expires_at: 'timestamptz',
  poll_interval: 'integer',
  client_epoch: 'integer',
  consent_epoch: 'integer',
  client_tokens_epoch: 'integer',
};

/** What saveArtifact() does, for several in one statement. */
export function saveWithin(statement: Statement, savings: readonly Saving[]): void {
  if (savings.length === 0) return;
  const lists = savings.map(({ row, epoch }) => {
    const isNow = epoch === 'now';
    const values = SAVED.map((name) => statement.parameter(row[name] ?? null, TYPES[name]));
    return `(${[...values, statement.parameter(isNow ? null : epoch, 'integer'), statement.parameter(isNow, 'boolean')].join()})`;
  });
  statement.add(`insert into artifacts (${SAVED.join()}, sign_in_epoch)
    select ${SAVED.map((name) => `saved.${name}`).join()}, case when saved.is_now
      then (select accounts.sign_in_epoch from accounts where accounts.id = saved.account_id) else saved.epoch end
    from basis, (values ${lists.join()}) as saved (${SAVED.join()}, epoch, is_now)
    ${REPLACING}`);
}
