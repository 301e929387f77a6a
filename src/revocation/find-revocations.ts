import type { Db } from '../db/connections/connection.ts';
import { namesOf, type RevocationKind, type TokenFacts } from './revoke.ts';

/** What refuses a token. */
export interface FoundRevocation {
  readonly kind: RevocationKind;
  readonly reason: string;
  readonly issuedBefore: Date;
}

/** Everything under which a token is revoked, for those who want to know why. */
export async function findRevocations(db: Db, token: TokenFacts): Promise<FoundRevocation[]> {
  const names = namesOf(token);
  const rows = await db
    .selectFrom('revocations')
    .select(['kind', 'reason', 'issued_before as issuedBefore'])
    .where((eb) => eb.or(names.map(({ kind, value }) => eb.and([eb('kind', '=', kind), eb('value', '=', value)]))))
    // A token's time is in whole seconds, so one of the same second counts as issued before.
    .where('issued_before', '>=', new Date(token.iat * 1000))
    .orderBy('issued_before')
    .execute();
  return rows.map((row) => ({ ...row, kind: row.kind as RevocationKind }));
}
