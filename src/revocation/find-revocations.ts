import { CompiledQuery, sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import type { EpochKind } from './epochs.ts';
import { INCARNATION } from './incarnation.ts';
import { deadNamesOf, namesOf, type RevocationKind, type TokenFacts } from './revoke.ts';
import { epochsOf } from './token-epochs.ts';

/** What refuses a token. */
export interface FoundRevocation {
  /** `incarnation`: the database has been restored since. */
  readonly kind: RevocationKind | EpochKind | 'incarnation';
  /** Both undefined where only the epoch says that it ended. */
  readonly reason: string | undefined;
  readonly at: Date | undefined;
}

/** Everything under which a token is revoked, for those who want to know why; judged as in checks.ts. */
export async function findRevocations(db: Db, token: TokenFacts): Promise<FoundRevocation[]> {
  const [named, raised] = await Promise.all([findNamed(db, token), findRaised(db, token)]);
  // What ended by both is told once, with the reason.
  const known = new Set<string>(named.map(({ kind }) => kind));
  return [...named, ...raised.filter(({ kind }) => !known.has(kind))];
}

async function findNamed(db: Db, token: TokenFacts): Promise<FoundRevocation[]> {
  const names = token.ep ? deadNamesOf(token) : namesOf(token);
  // A token's time is in whole seconds, so one of the same second counts as issued before.
  const from = token.ep ? new Date(0) : new Date(token.iat * 1000);
  const rows = await db
    .selectFrom('revocations')
    .select(['kind', 'reason', 'issued_before as at'])
    .where((eb) => eb.or(names.map(({ kind, value }) => eb.and([eb('kind', '=', kind), eb('value', '=', value)]))))
    .where('issued_before', '>=', from)
    .orderBy('issued_before')
    .execute();
  return rows.map((row) => ({ ...row, kind: row.kind as RevocationKind }));
}

/** With the reason of the last revocation by that name, if it is still remembered. */
async function findRaised(db: Db, token: TokenFacts): Promise<FoundRevocation[]> {
  const bearing = epochsOf(token);
  const { rows } = await sql<{ kind: EpochKind; reason: string | null; at: Date | null }>`
    select epochs.kind, revocations.reason, revocations.issued_before as at
    from unnest(${bearing.map(({ kind }) => kind)}::text[], ${bearing.map(({ value }) => value)}::text[],
      ${bearing.map(({ epoch }) => epoch)}::int[]) as borne (kind, value, epoch)
    join epochs using (kind, value)
    left join revocations using (kind, value)
    where epochs.epoch > borne.epoch and (${token.ep !== undefined} or epochs.forget_at > now())
    order by revocations.issued_before`.execute(db);
  const found = rows.map(({ kind, reason, at }) => ({ kind, reason: reason ?? undefined, at: at ?? undefined }));
  if (!token.ep || token.ep[0] === (await incarnationOf(db))) return found;
  return [...found, { kind: 'incarnation', reason: undefined, at: undefined }];
}

async function incarnationOf(db: Db): Promise<number | undefined> {
  const { rows } = await db.executeQuery<{ number: number }>(CompiledQuery.raw(`select ${INCARNATION} as number`));
  return rows[0]?.number;
}
