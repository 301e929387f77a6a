import { type Kysely, sql } from 'kysely';
import { authorizeFor, type By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import { endSomeSessions } from '../../revocation/some-sessions.ts';
import { t } from '../../texts/texts.ts';

/** Where a person is signed in: a sign-in, with the session of the portal that comes from it, or one of these alone. */
export interface OwnSession {
  /** The name of the session: a hash, which lets nobody in. */
  readonly id: string;
  readonly browser: string;
  readonly system: string;
  readonly network: string;
  readonly since: Date;
  readonly seen: Date;
  readonly isThis: boolean;
}

/** So many sessions are listed, those seen last. */
const MOST = 100;

/**
 * The sessions of a person that live, this one first, then those seen last. @param portal the hash of the session of the portal
 * that asks @throws {AppError} not_found, forbidden
 */
export async function listOwnSessions(
  db: Db,
  { accountId, portal }: { accountId: string; portal: Uint8Array },
  by: By,
): Promise<OwnSession[]> {
  authorizeFor(by, accountId, 'platform.read');
  const { rows } = await sql<OwnSession>`
    select encode(coalesce(signed.uid_hash, visit.id_hash), 'hex') as id,
      coalesce(visit.browser, signed.payload #>> '{from,browser}', '') as browser,
      coalesce(visit.system, signed.payload #>> '{from,system}', '') as system,
      coalesce(visit.network, signed.payload #>> '{from,network}', '') as network,
      coalesce(to_timestamp((signed.payload ->> 'loginTs')::float8), visit.created_at) as since,
      greatest(visit.seen_at, visit.created_at, to_timestamp((signed.payload ->> 'seenAt')::float8),
        to_timestamp((signed.payload ->> 'loginTs')::float8)) as seen,
      coalesce(visit.id_hash = ${portal}, false) as "isThis"
    from (select s.* from artifacts s join accounts owner on owner.id = s.account_id
      where s.account_id = ${accountId} and s.model = 'Session' and s.expires_at > ${by.now}
        and (s.sign_in_epoch is null or s.sign_in_epoch = owner.sign_in_epoch)) signed
    full join (select p.* from portal_sessions p join accounts owner on owner.id = p.account_id
      where p.account_id = ${accountId} and p.expires_at > ${by.now} and p.sign_in_epoch = owner.sign_in_epoch) visit
      on visit.sign_in_hash = signed.uid_hash
    order by "isThis" desc, seen desc, id limit ${MOST}`.execute(db);
  return rows;
}

/** Signs a person out where one of their sessions is. @throws {AppError} not_found for what is no session of theirs, forbidden */
export async function endOwnSession(
  db: Kysely<Tables>,
  { accountId, session }: { accountId: string; session: string },
  by: By,
): Promise<void> {
  authorizeFor(by, accountId, 'platform.write');
  const hash = Buffer.from(/^[0-9a-f]{64}$/.test(session) ? session : '', 'hex');
  await inTransaction(db, async (trx) => {
    // The change is rolled back with the transaction.
    if (!(await endSomeSessions(trx, accountId, { end: 'these', signIn: hash, portal: hash })))
      throw new AppError('not_found', { detail: t('account.sessionOver') });
    await record(trx, by.actor, { type: 'account.session_ended', accountId, which: 'one' }, by.now);
  });
}

/** Signs a person out everywhere but here; apps stay connected. @throws {AppError} not_found, forbidden */
export async function endOtherSessions(
  db: Kysely<Tables>,
  { accountId, portal }: { accountId: string; portal: Uint8Array },
  by: By,
): Promise<void> {
  authorizeFor(by, accountId, 'platform.write');
  await inTransaction(db, async (trx) => {
    const here = await trx
      .selectFrom('portal_sessions')
      .select('sign_in_hash')
      .where('id_hash', '=', portal)
      .executeTakeFirst();
    await endSomeSessions(trx, accountId, { end: 'others', signIn: here?.sign_in_hash ?? null, portal });
    await record(trx, by.actor, { type: 'account.session_ended', accountId, which: 'others' }, by.now);
  });
}
