import type { Actor } from '../../audit/events.ts';
import { recordWithin } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import { Statement } from '../../db/statement.ts';
import { revokeWithin } from '../../revocation/revoke.ts';
import { toSeconds } from '../issue/lifetimes.ts';
import { hashOf, TOKENS_OF_GRANT } from '../storage/artifacts.ts';

/** A token that is to end. */
export interface Ending {
  readonly token: string;
  /** The app that it has to be of. */
  readonly clientId: string;
  /** Whether it may be one that ends with a browser's session: for those who have looked whether that is still there. */
  readonly withSession: boolean;
}

/**
 * Ends an access token or refresh token, used or not, with its grant and all that came of it, in one statement (RFC 7009
 * §2.1). @returns whether it is one of that app, and alive; if not, nothing has happened
 */
export function revokeFamily(
  db: Db,
  { token, clientId, withSession }: Ending,
  { actor, now }: { readonly actor: Actor; readonly now: Date },
): Promise<boolean> {
  const statement = new Statement();
  statement.basis(`select 1 as one, grant_id from artifacts
    where id_hash = ${statement.parameter(hashOf(token), 'bytea')} and model in ('AccessToken', 'RefreshToken')
      and client_id = ${statement.parameter(clientId, 'text')} and grant_id is not null
      and (payload ->> 'exp')::int8 > ${statement.parameter(toSeconds(now), 'int8')}
      ${withSession ? '' : `and not payload @> '{"expiresWithSession": true}'`}`);
  statement.add(`delete from artifacts where grant_id = (select basis.grant_id from basis)
    and model = any(${statement.parameter([...TOKENS_OF_GRANT, 'Grant'], 'text[]')})`);
  revokeWithin(statement, { kind: 'grant', values: { column: 'grant_id' }, reason: 'grant revoked', clientId });
  const event = { type: 'grant.revoked', clientId, grantId: '', reason: 'revocation' } as const;
  recordWithin(statement, actor, event, now, `jsonb_build_object('grantId', basis.grant_id)`);
  return statement.run(db);
}
