import { sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import { Statement } from '../db/statement.ts';
import { longestLifetimeAt } from './lifetimes.ts';

export const REVOCATIONS_TOPIC = 'revocations';

/**
 * What a revocation is about, and the value that names it: a token's `jti`, a grant, an app, a person, an app's use of an
 * API (`client_id`, a space, the audience), what a person's roles give at an API (`sub`, a space, the audience), an API
 * (the audience), or the signing key with this `kid`.
 */
export type RevocationKind = 'token' | 'grant' | 'client' | 'account' | 'subscription' | 'roles' | 'api' | 'key';

/**
 * Reasons by which the database tells an ending that is smaller than its name (migrations/0042-epochs-of-names.ts): verifiers
 * that judge by times refuse all of the name, and the epoch that goes up is that of the app's tokens, or of the API's roles.
 */
export const TEAM_SUSPENDED = 'team suspended';
export const TOO_MANY_REVOKED = 'too many revoked tokens';
export const ROLE_TAKEN = 'role taken away';

export interface Revocation {
  readonly kind: RevocationKind;
  readonly value: string;
  readonly reason: string;
  /** The app of a token or grant; of a grant that is still there it need not be said. */
  readonly clientId?: string;
}

/** Several of a kind. */
export interface Revocations {
  readonly kind: RevocationKind;
  /** Their names, or the column of the statement's `basis` that has them. */
  readonly values: readonly string[] | { readonly column: string };
  readonly reason: string;
  readonly clientId?: string | undefined;
  /** Seconds after which the last such token has expired by itself; by default the longest that may be out. */
  readonly lifetime?: number;
}

/**
 * Only for tokens without epochs, and for verifiers that know none: tokens that are issued this many seconds after a revocation
 * are refused as well. A token is made from what was read before, and its `iat` is the time before that reading. Another
 * process may not have heard of the change for a second, and no process sees it before it is committed.
 */
const REACH = 2;

/** Refuses every token that matches and was decided on before, in the caller's transaction or one of its own. */
export async function revoke(db: Db, revocation: Revocation & Pick<Revocations, 'lifetime'>): Promise<void> {
  const { value, ...rest } = revocation;
  const statement = new Statement();
  revokeWithin(statement, { ...rest, values: [value] });
  await statement.run(db);
}

/** revoke() for many things at once, in one order, so that two who do so do not wait for each other. */
export async function revokeAll(db: Db, revocations: readonly Revocation[]): Promise<void> {
  const groups = Map.groupBy(revocations, ({ kind, reason, clientId }) => `${kind} ${reason} ${clientId}`);
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { kind, reason, clientId } = group[0] as Revocation;
    const values = [...new Set(group.map(({ value }) => value))].sort();
    const statement = new Statement();
    revokeWithin(statement, { kind, values, reason, clientId });
    await statement.run(db);
  }
}

/**
 * revoke() as a part of a larger statement, and for several of a kind. Its times are the database's. The database raises the
 * epochs of the same names (migrations/0042-epochs-of-names.ts), by which tokens that bear epochs are judged.
 */
export function revokeWithin(statement: Statement, { kind, values, reason, clientId, lifetime }: Revocations): void {
  const names =
    'column' in values
      ? `(select basis.${values.column} from basis)`
      : `unnest(${statement.parameter(values, 'text[]')})`;
  const app = statement.parameter(clientId ?? null, 'text');
  const known = lifetime === undefined ? longestLifetimeAt('ends.at') : statement.parameter(lifetime, 'int');
  statement.add(`insert into revocations (kind, value, reason, client_id, issued_before, forget_at)
    select ${statement.parameter(kind, 'text')}, named.value, ${statement.parameter(reason, 'text')},
      ${kind === 'grant' ? `coalesce(${app}, ${APP_OF_GRANT})` : app}, ends.at,
      ends.at + make_interval(secs => ${CLOCK_SKEW} + ${known})
    from ${names} as named (value)
    cross join (select clock_timestamp() + interval '${REACH} seconds' as at) as ends
    on conflict (kind, value) do update set
      reason = excluded.reason,
      seq = nextval('revocations_seq'),
      client_id = coalesce(excluded.client_id, revocations.client_id),
      issued_before = greatest(revocations.issued_before, excluded.issued_before),
      forget_at = greatest(revocations.forget_at, excluded.forget_at)`);
  statement.announce(REVOCATIONS_TOPIC);
}

const APP_OF_GRANT = '(select client_id from artifacts where grant_id = named.value limit 1)';

/** Seconds by which a verifier may take a token for younger than it is. */
const CLOCK_SKEW = 60;

/** What of a token a revocation can match; `iat` in seconds. */
export interface TokenFacts {
  readonly jti: string;
  readonly iat: number;
  readonly kid: string;
  readonly clientId: string;
  readonly subject: string;
  readonly audience: string;
  readonly grantId: string | undefined;
  /** The claim of this name (token-epochs.ts); undefined for a token of a version without epochs. */
  readonly ep: readonly number[] | undefined;
}

interface Name {
  readonly kind: RevocationKind;
  readonly value: string;
}

/** The names under which a token is refused whatever it bears, and whenever it was issued. */
export function deadNamesOf(token: TokenFacts): Name[] {
  return [
    { kind: 'token', value: token.jti },
    { kind: 'key', value: token.kid },
    ...(token.grantId ? [{ kind: 'grant' as const, value: token.grantId }] : []),
  ];
}

/** The names under which a token that bears no epochs may have been revoked. */
export function namesOf(token: TokenFacts): Name[] {
  return [
    ...deadNamesOf(token),
    { kind: 'client', value: token.clientId },
    { kind: 'account', value: token.subject },
    { kind: 'subscription', value: `${token.clientId} ${token.audience}` },
    { kind: 'roles', value: `${token.subject} ${token.audience}` },
    { kind: 'api', value: token.audience },
  ];
}

export async function deleteForgottenRevocations(db: Db, batch: number): Promise<number> {
  const forgotten = db.selectFrom('revocations').select('seq').where('forget_at', '<', sql<Date>`now()`).limit(batch);
  const result = await db.deleteFrom('revocations').where('seq', 'in', forgotten).executeTakeFirst();
  return Number(result.numDeletedRows);
}
