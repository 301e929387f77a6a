import type { Actor } from '../../audit/events.ts';
import { recordWithin } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import { Statement } from '../../db/statement.ts';
import type { OwnToken } from '../../keys/signatures/own-tokens.ts';
import { revokeWithin } from '../../revocation/revoke.ts';

/** Revokes one of our JWTs for the app that it was issued to (RFC 7009 §2.1), with the audit event, in one statement. */
export async function revokeToken(
  db: Db,
  { facts, claims }: OwnToken,
  { actor, now }: { readonly actor: Actor; readonly now: Date },
): Promise<void> {
  const { clientId, jti } = facts;
  const statement = new Statement();
  // All of its life: how much of it is left would be by the clock of this process.
  const lifetime = claims.exp - facts.iat;
  revokeWithin(statement, { kind: 'token', values: [jti], reason: 'revoked by its app', clientId, lifetime });
  recordWithin(statement, actor, { type: 'token.revoked', clientId, jti }, now);
  await statement.run(db);
}
