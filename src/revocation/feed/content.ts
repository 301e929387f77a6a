import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';

/** The claims of the signed feed, apart from `iss` and `iat`. */
export interface Feed {
  /** Grows with every revocation. */
  readonly seq: number;
  /** Hashed name → unix seconds: a token of that name with `iat` at or before it is refused. */
  readonly revoked: Record<string, number>;
}

/**
 * The name of what is revoked, as the feed has it: the first 16 bytes of SHA-256 over `kind:value`, base64url. The feed is
 * public, and says nothing about who or what was revoked to those who do not hold the token.
 */
export function feedName(kind: string, value: string): string {
  return createHash('sha256').update(`${kind}:${value}`).digest().subarray(0, 16).toString('base64url');
}

/** Everything that can still matter, by the database's time. */
export async function readFeed(db: Db): Promise<Feed> {
  const rows = await db
    .selectFrom('revocations')
    .select(['kind', 'value', 'issued_before'])
    .where('forget_at', '>', sql<Date>`now()`)
    .orderBy('seq')
    .execute();
  const { rows: sequence } = await sql<{ seq: number }>`select last_value::int8 as seq from revocations_seq`.execute(
    db,
  );
  return {
    seq: Number(sequence[0]?.seq ?? 0),
    revoked: Object.fromEntries(
      rows.map((row) => [feedName(row.kind, row.value), Math.floor(row.issued_before.getTime() / 1000)]),
    ),
  };
}

/** Changes with every revocation and every one that is forgotten: for those who poll. */
export async function revocationsFingerprint(db: Db): Promise<string> {
  const { rows } = await sql<{ print: string }>`
    select concat_ws(':', count(*), sum(seq)) as print from revocations`.execute(db);
  return rows[0]?.print ?? '';
}
