import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';

/** The sign-in that an access token comes from. */
export interface SignInOfToken {
  /** When the person gave their password last, in seconds since 1970. */
  readonly authTime: number;
  /** The hash of its session's uid. */
  readonly hash: Uint8Array;
}

/** @param accessToken one that ends with its session; undefined when that has ended */
export async function findSignInOfToken(db: Db, accessToken: string): Promise<SignInOfToken | undefined> {
  const { rows } = await sql<SignInOfToken>`
    select (session.payload ->> 'loginTs')::int as "authTime", session.uid_hash as hash
    from artifacts token
    join artifacts session on session.model = 'Session'
      and session.uid_hash = sha256(convert_to(token.payload ->> 'sessionUid', 'UTF8'))
    where token.model = 'AccessToken' and token.id_hash = ${createHash('sha256').update(accessToken).digest()}
    order by session.created_at desc limit 1`.execute(db);
  return rows[0];
}
