import type { Kysely } from 'kysely';
import { authorize, type By } from '../access.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import type { Outbox } from '../mail/outbox.ts';
import { inMinute } from '../texts/moments.ts';
import { t } from '../texts/texts.ts';
import { endSessions } from './lifecycle.ts';
import { mailTo } from './links/link-mail.ts';
import { endOwnSession, listOwnSessions, type OwnSession } from './own/sessions.ts';

/** Where a person is signed in, for who looks after the platform. @throws {AppError} not_found, forbidden */
export function listSessionsOf(db: Db, accountId: string, by: By): Promise<OwnSession[]> {
  return listOwnSessions(db, { accountId, portal: Buffer.alloc(0) }, by);
}

/**
 * Ends one session of a person, or all of them, and tells the person by mail. Apps stay connected.
 * @throws {AppError} not_found, forbidden
 */
export async function endSessionsFor(
  db: Kysely<Tables>,
  outbox: Outbox,
  { accountId, session }: { accountId: string; session?: string },
  by: By,
): Promise<void> {
  authorize(by, 'platform.write', null, t('refusals.noAccount', { id: accountId }));
  await inTransaction(db, async (trx) => {
    if (session === undefined) await endSessions(trx, accountId, by);
    else await endOwnSession(trx, { accountId, session }, by);
    await tell(trx, outbox, accountId, session === undefined ? 'sessions' : 'session', by.now);
  });
}

/**
 * Has a person choose a new password when they sign in next, with the one that they have. Until then everything goes on; end the
 * sessions too where the password may be known to others. @throws {AppError} not_found, forbidden
 */
export async function requireNewPassword(db: Kysely<Tables>, outbox: Outbox, accountId: string, by: By): Promise<void> {
  authorize(by, 'platform.write', null, t('refusals.noAccount', { id: accountId }));
  await inTransaction(db, async (trx) => {
    const change = { new_password_since: by.now, updated_at: by.now };
    const account = await trx
      .updateTable('accounts')
      .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
      .where('id', '=', accountId)
      .returning('id')
      .executeTakeFirst();
    if (!account) throw new AppError('not_found', { detail: t('refusals.noAccount', { id: accountId }) });
    await record(trx, by.actor, { type: 'account.new_password_required', accountId }, by.now);
    await tell(trx, outbox, accountId, 'password', by.now);
  });
}

const TOLD = {
  session: (issuer: string, moment: string) => t('links.sessionEnded', { issuer, moment }),
  sessions: (issuer: string, moment: string) => t('links.sessionsEnded', { issuer, moment }),
  password: (issuer: string, moment: string) => t('links.passwordRequired', { issuer, moment }),
};

async function tell(trx: Db, outbox: Outbox, accountId: string, what: keyof typeof TOLD, now: Date): Promise<void> {
  const account = await trx.selectFrom('accounts').selectAll().where('id', '=', accountId).executeTakeFirstOrThrow();
  const { issuer } = outbox;
  const mail = mailTo(account, () => ({
    subject: t('links.adminSubject', { issuer }),
    paragraphs: [TOLD[what](issuer, inMinute(now)), t('links.askAdmin')],
  }));
  await outbox.put(trx, [mail], now);
}
