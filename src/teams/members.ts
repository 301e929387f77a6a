import type { Kysely } from 'kysely';
import { z } from 'zod';
import { type Access, authorize, type By } from '../access.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { noTeam, requireTeam } from './teams.ts';

export const TeamRoleName = z.enum(['owner', 'developer', 'viewer'], { error: () => t('refusals.chooseTeamRole') });

/** What a person may do now; undefined when unknown or disabled. A suspended team gives its members sight only. */
export async function findAccess(db: Db, accountId: string): Promise<Access | undefined> {
  const rows = await db
    .selectFrom('accounts')
    .leftJoin('team_members', 'team_members.account_id', 'accounts.id')
    .leftJoin('teams', 'teams.id', 'team_members.team_id')
    .select(['accounts.platform_role', 'team_members.team_id', 'team_members.role', 'teams.suspended_at'])
    .where('accounts.id', '=', accountId)
    .where('accounts.disabled_at', 'is', null)
    .execute();
  const [first] = rows;
  if (!first) return undefined;
  return {
    platformRole: first.platform_role,
    teams: new Map(
      rows.flatMap(({ team_id, role, suspended_at }) =>
        team_id && role ? [[team_id, suspended_at ? 'viewer' : role] as const] : [],
      ),
    ),
  };
}

interface Membership {
  readonly teamId: string;
  readonly accountId: string;
}

/** @throws {ZodError} @throws {AppError} not_found, forbidden, conflict for the last owner */
export async function changeMemberRole(
  db: Kysely<Tables>,
  input: Membership & { role: string },
  by: By,
): Promise<void> {
  const { teamId, accountId } = input;
  authorize(by, 'team.write', teamId, noTeam(teamId));
  const role = TeamRoleName.parse(input.role);
  return inTransaction(db, async (trx) => {
    await requireTeam(trx, teamId, 'team.write', by);
    await lockMembers(trx, teamId);
    const member = await requireMember(trx, input);
    if (member.role === role) return;
    if (member.role === 'owner') await requireAnotherOwner(trx, input);
    await memberRow(trx, input).set({ role }).execute();
    await record(trx, by.actor, { type: 'team.member_changed', teamId, accountId, role }, by.now);
  });
}

/** @throws {AppError} not_found, forbidden, conflict for the last owner */
export function removeMember(db: Kysely<Tables>, membership: Membership, by: By): Promise<void> {
  return inTransaction(db, async (trx) => {
    await requireTeam(trx, membership.teamId, 'team.write', by);
    await endMembership(trx, membership, by);
  });
}

/** What everyone may do for themselves, whatever their role. @throws {AppError} not_found, conflict for the last owner */
export function leaveTeam(db: Kysely<Tables>, teamId: string, by: By): Promise<void> {
  return inTransaction(db, async (trx) => {
    await requireTeam(trx, teamId, 'team.read', by);
    const accountId = by.actor.type === 'account' ? (by.actor.id ?? '') : '';
    await endMembership(trx, { teamId, accountId }, by);
  });
}

async function endMembership(db: Db, membership: Membership, by: By): Promise<void> {
  await lockMembers(db, membership.teamId);
  const member = await requireMember(db, membership);
  if (member.role === 'owner') await requireAnotherOwner(db, membership);
  await db
    .deleteFrom('team_members')
    .where('team_id', '=', membership.teamId)
    .where('account_id', '=', membership.accountId)
    .execute();
  await record(db, by.actor, { type: 'team.member_removed', ...membership }, by.now);
}

/**
 * Changes of one team's members run one after the other, so that of two owners who leave at once neither counts the
 * other.
 */
async function lockMembers(db: Db, teamId: string): Promise<void> {
  await db.selectFrom('teams').select('id').where('id', '=', teamId).forUpdate().execute();
}

/** @throws {AppError} not_found */
export async function requireMember(db: Db, { teamId, accountId }: Membership) {
  const member = await db
    .selectFrom('team_members')
    .innerJoin('accounts', 'accounts.id', 'team_members.account_id')
    .select(['team_members.role', 'accounts.name', 'accounts.email'])
    .where('team_members.team_id', '=', teamId)
    .where('accounts.id', '=', accountId)
    .executeTakeFirst();
  if (!member) throw new AppError('not_found', { detail: t('refusals.noMember') });
  return member;
}

/** Someone must be left who can look after the team; who may not sign in cannot. */
async function requireAnotherOwner(db: Db, { teamId, accountId }: Membership): Promise<void> {
  const other = await db
    .selectFrom('team_members')
    .innerJoin('accounts', 'accounts.id', 'team_members.account_id')
    .select('accounts.id')
    .where('team_members.team_id', '=', teamId)
    .where('team_members.role', '=', 'owner')
    .where('accounts.id', '!=', accountId)
    .where('accounts.disabled_at', 'is', null)
    .executeTakeFirst();
  if (other) return;
  throw new AppError('conflict', { detail: t('refusals.lastOwner') });
}

const memberRow = (db: Db, { teamId, accountId }: Membership) =>
  db.updateTable('team_members').where('team_id', '=', teamId).where('account_id', '=', accountId);
