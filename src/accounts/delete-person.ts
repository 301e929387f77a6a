import type { Kysely } from 'kysely';
import { authorize, type By } from '../access.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Account, Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { idOf, requireVersion, type Target } from '../db/versions.ts';
import { AppError } from '../errors.ts';
import { endTokensAndSessionsOfAccount } from '../revocation/artifacts.ts';
import { deleteEpochsOfAccount } from '../revocation/epochs.ts';
import { revoke } from '../revocation/revoke.ts';
import { t } from '../texts/texts.ts';
import { requireAnotherAdmin } from './platform-roles.ts';

/**
 * Removes a person for good, with consents, memberships, roles and groups: every session ends, every token on their behalf
 * is refused, and no open invitation from or to them opens anything. What they did stays in the audit trail, and what they
 * made stays with its team, by the id, which nobody gets again. The address is free for a new account.
 * @throws {AppError} not_found, forbidden, precondition_failed; conflict for oneself, the last admin, the last owner of a team
 */
export async function deletePerson(db: Kysely<Tables>, target: Target, by: By): Promise<void> {
  const accountId = idOf(target);
  authorize(by, 'platform.write', null, t('refusals.noAccount', { id: accountId }));
  if (by.actor.type === 'account' && by.actor.id === accountId) {
    throw new AppError('conflict', { detail: t('refusals.notYourself') });
  }
  return inTransaction(db, async (trx) => {
    const account = await lockAccount(trx, target);
    await requireAnotherAdmin(trx, accountId, by);
    await requireOtherOwners(trx, accountId);
    await endTokensAndSessionsOfAccount(trx, accountId);
    await revoke(trx, { kind: 'account', value: accountId, reason: 'person deleted' });
    await endInvitations(trx, account, by);
    await deleteEpochsOfAccount(trx, accountId);
    await trx.deleteFrom('accounts').where('id', '=', accountId).execute();
    await record(trx, by.actor, { type: 'account.deleted', accountId }, by.now);
  });
}

/** From here on, whatever makes them a member, gives them a role or signs them in waits, and then finds no account. */
async function lockAccount(db: Db, target: Target): Promise<Account> {
  const account = await db
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', idOf(target))
    .forUpdate()
    .executeTakeFirst();
  if (!account) throw new AppError('not_found', { detail: t('refusals.noAccount', { id: idOf(target) }) });
  requireVersion(target, account);
  return account;
}

/** Their teams are locked, as for every change of members: of two owners who go at once one stays. */
async function requireOtherOwners(db: Db, accountId: string): Promise<void> {
  const theirs = db.selectFrom('team_members').select('team_id').where('account_id', '=', accountId);
  await db.selectFrom('teams').select('id').where('id', 'in', theirs).orderBy('id').forUpdate().execute();
  const left = await db
    .selectFrom('teams')
    .select('teams.name')
    .where('teams.id', 'in', theirs.where('role', '=', 'owner'))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('team_members')
            .innerJoin('accounts', 'accounts.id', 'team_members.account_id')
            .select('accounts.id')
            .whereRef('team_members.team_id', '=', 'teams.id')
            .where('team_members.role', '=', 'owner')
            .where('accounts.id', '!=', accountId)
            .where('accounts.disabled_at', 'is', null),
        ),
      ),
    )
    .orderBy('teams.name_key')
    .execute();
  if (left.length > 0) throw new AppError('conflict', { detail: lastOwner(left.map(({ name }) => name)) });
}

const MOST_NAMED = 3;

function lastOwner(names: readonly string[]): string {
  const teams = names.slice(0, MOST_NAMED).join(', ');
  return t('refusals.lastOwnerOf', { count: names.length, teams, more: Math.max(0, names.length - MOST_NAMED) });
}

/**
 * An invitation that they sent could be to another address of theirs; one that they received would let them in again.
 */
async function endInvitations(db: Db, { id, email_key }: Account, by: By): Promise<void> {
  const ended = await db
    .updateTable('invitations')
    .set({ withdrawn_at: by.now })
    .where((eb) => eb.or([eb('invited_by', '=', id), eb('email_key', '=', email_key)]))
    .where('accepted_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', by.now)
    .returning(['id', 'team_id'])
    .execute();
  const events = ended.map(({ id: invitationId, team_id: teamId }) => ({
    type: 'invitation.withdrawn' as const,
    invitationId,
    ...(teamId ? { teamId } : {}),
  }));
  await record(db, by.actor, events, by.now);
}
