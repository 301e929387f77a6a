import type { Actor, AuditEvent } from '../../audit/events.ts';
import { recordWithin } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import { Statement } from '../../db/statement.ts';
import { type RevocationLife, revokeWithin } from '../../revocation/revoke.ts';
import { hashOf } from '../../tokens/storage/artifacts.ts';

/** What is to end: gathered while a request runs, and ended together. */
export interface Endings {
  readonly artifacts: { readonly model: string; readonly id: string }[];
  /** Grants whose tokens end. JWTs of a grant are not stored, so they are named as revoked. */
  readonly grants: string[];
}

/** What a grant has given out; the grant itself is an artifact of its own. */
const TOKENS_OF_GRANT = ['AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode'];

/** Ends them in one statement, with the audit of it. */
export async function end(
  db: Db,
  endings: Endings,
  by: { actor: Actor; events: readonly AuditEvent[]; now: Date },
): Promise<void> {
  const { artifacts } = endings;
  const grants = [...new Set(endings.grants)];
  const staying = grants.filter((id) => staysIn(endings, id));
  for (const grantId of staying) await emptyGrant(db, grantId);
  const statement = new Statement();
  if (grants.length > 0) {
    deleteTokensOf(statement, grants);
    const going = grants.filter((id) => !staying.includes(id));
    revokeGrants(statement, going, by);
    // One that stays may give out tokens again at once.
    revokeGrants(statement, staying, { now: by.now, reach: 0 });
  }
  for (const { model, id } of artifacts) {
    statement.add(`delete from artifacts
      where id_hash = ${statement.parameter(hashOf(id), 'bytea')} and model = ${statement.parameter(model, 'text')}`);
  }
  recordWithin(statement, by.actor, by.events, by.now);
  await statement.run(db);
}

function revokeGrants(statement: Statement, values: readonly string[], life: RevocationLife): void {
  if (values.length > 0) revokeWithin(statement, { kind: 'grant', values, reason: 'grant revoked' }, life);
}

const staysIn = ({ artifacts }: Endings, grantId: string) =>
  !artifacts.some(({ model, id }) => model === 'Grant' && id === grantId);

/**
 * A grant that stays can be used on. An exchange that a deletion waited for may have issued a successor meanwhile, so it is
 * looked again until nothing is left. (The tokens of a grant that goes are refused without it.)
 */
async function emptyGrant(db: Db, grantId: string): Promise<void> {
  let deleted: bigint | undefined;
  do {
    const result = await db
      .deleteFrom('artifacts')
      .where('grant_id', '=', grantId)
      .where('model', 'in', TOKENS_OF_GRANT)
      .executeTakeFirst();
    deleted = result.numDeletedRows;
  } while (deleted > 0n);
}

function deleteTokensOf(statement: Statement, grants: readonly string[]): void {
  statement.add(`delete from artifacts where grant_id = any(${statement.parameter(grants, 'text[]')})
    and model = any(${statement.parameter(TOKENS_OF_GRANT, 'text[]')})`);
}
