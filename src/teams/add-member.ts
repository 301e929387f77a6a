import type { Kysely } from 'kysely';
import { authorize, type By } from '../access.ts';
import { requireAccount } from '../accounts/accounts.ts';
import { record } from '../audit/record.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { TeamRoleName } from './members.ts';
import { noTeam, requireTeam } from './teams.ts';

/**
 * Puts a person with an account into a team without asking them: for those who look after the platform. Owners invite.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, conflict for a member
 */
export async function addMember(
  db: Kysely<Tables>,
  input: { teamId: string; accountId: string; role: string },
  by: By,
): Promise<void> {
  const { teamId, accountId } = input;
  authorize(by, 'platform.write', null, noTeam(teamId));
  const role = TeamRoleName.parse(input.role);
  return inTransaction(db, async (trx) => {
    await requireTeam(trx, teamId, 'team.write', by);
    await requireAccount(trx, accountId);
    const added = await trx
      .insertInto('team_members')
      .values({ team_id: teamId, account_id: accountId, role, created_at: by.now })
      .onConflict((conflict) => conflict.doNothing())
      .returning('account_id')
      .executeTakeFirst();
    if (!added) throw new AppError('conflict', { detail: t('refusals.isMember') });
    await record(trx, by.actor, { type: 'team.member_added', teamId, accountId, role }, by.now);
  });
}
