import type { Insertable } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';
import type { RefreshRetryTable } from '../../db/tables/tables.ts';
import { keyFromBearer, sealWith, unsealWith } from '../../keys/sealing/seal.ts';
import type { RefreshTerms } from '../refresh-retry.ts';
import { hashOf } from './artifacts.ts';

/**
 * The response of a refresh with its terms, for the app that asks again with the refresh token that it has just used
 * (tokens/refresh-retry.ts). Both are sealed with a key from the used token, of which we keep just the hash: the database
 * alone cannot open it.
 */
const PURPOSE = 'latchkey refresh retry';

export type RetryRow = Insertable<RefreshRetryTable>;

/** The response to a refresh, to be written with the refresh. */
export function toRetryRow(refresh: {
  token: string;
  successor: string;
  response: object;
  terms: RefreshTerms;
  seconds: number;
  now: Date;
}): RetryRow {
  const { token, successor, response, terms, seconds, now } = refresh;
  // Beside the members of the response: an earlier version of this server that reads it answers with all of them.
  const sealed = Buffer.from(JSON.stringify({ ...response, terms }));
  return {
    token_hash: hashOf(token),
    successor_hash: hashOf(successor),
    sealed: sealWith(keyFromBearer(token, PURPOSE), PURPOSE, sealed),
    expires_at: new Date(now.getTime() + seconds * 1000),
  };
}

/** What is kept of a refresh for its retries. */
export interface FoundRetry {
  readonly sealed: Uint8Array;
  /** Whether the new refresh token was used, or does not exist any more. */
  readonly successorUsed: boolean;
}

/** What is kept for a used token; undefined after the window, when it is reuse. */
export async function findRetry(db: Db, token: string, now: Date): Promise<FoundRetry | undefined> {
  const row = await db
    .selectFrom('refresh_retries')
    .leftJoin('artifacts', (join) =>
      join
        .onRef('artifacts.id_hash', '=', 'refresh_retries.successor_hash')
        .on('artifacts.model', '=', 'RefreshToken')
        .on('artifacts.consumed_at', 'is', null),
    )
    .select(['refresh_retries.sealed', 'artifacts.model as unused'])
    .where('refresh_retries.token_hash', '=', hashOf(token))
    .where('refresh_retries.expires_at', '>', now)
    .executeTakeFirst();
  return row && { sealed: row.sealed, successorUsed: row.unused === null };
}

export interface KeptRefresh {
  /** As it was sent the first time. */
  readonly response: { readonly access_token?: string; readonly refresh_token?: string };
  /** undefined where an earlier version of this server kept it */
  readonly terms: RefreshTerms | undefined;
}

export function openRetry(token: string, sealed: Uint8Array): KeptRefresh {
  const text = unsealWith(keyFromBearer(token, PURPOSE), PURPOSE, sealed).toString();
  const { terms, ...response } = JSON.parse(text) as KeptRefresh['response'] & { terms?: RefreshTerms };
  return { response, terms };
}
