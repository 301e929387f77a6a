import type { Insertable } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';
import type { RefreshRetryTable } from '../../db/tables/tables.ts';
import { keyFromBearer, sealWith, unsealWith } from '../../keys/sealing/seal.ts';
import { hashOf } from './artifacts.ts';

/**
 * A client whose answer got lost on the way asks again with the refresh token that it has just used. Within the app's
 * `refresh_retry_seconds` it gets the same response again, never a sibling, as long as the successor is unused. The
 * response is sealed with a key from the used token, of which we keep just the hash: the database alone cannot open it.
 */
const PURPOSE = 'latchkey refresh retry';

export type RetryRow = Insertable<RefreshRetryTable>;

/** The response to a refresh, to be written with the refresh. */
export function toRetryRow(refresh: {
  token: string;
  successor: string;
  response: object;
  seconds: number;
  now: Date;
}): RetryRow {
  const { token, successor, response, seconds, now } = refresh;
  return {
    token_hash: hashOf(token),
    successor_hash: hashOf(successor),
    sealed: sealWith(keyFromBearer(token, PURPOSE), PURPOSE, Buffer.from(JSON.stringify(response))),
    expires_at: new Date(now.getTime() + seconds * 1000),
  };
}

/** The sealed response for a used token, if a retry may still have it. */
export async function findRetry(db: Db, token: string, now: Date): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('refresh_retries')
    .innerJoin('artifacts', 'artifacts.id_hash', 'refresh_retries.successor_hash')
    .select('refresh_retries.sealed')
    .where('refresh_retries.token_hash', '=', hashOf(token))
    .where('refresh_retries.expires_at', '>', now)
    .where('artifacts.model', '=', 'RefreshToken')
    .where('artifacts.consumed_at', 'is', null)
    .executeTakeFirst();
  return row?.sealed;
}

/** The response as it was sent the first time. */
export function openRetry(token: string, sealed: Uint8Array): Record<string, unknown> {
  return JSON.parse(unsealWith(keyFromBearer(token, PURPOSE), PURPOSE, sealed).toString()) as Record<string, unknown>;
}
