import type { Kysely } from 'kysely';
import { authorize, type By } from '../access.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { idOf, requireVersion, type Target } from '../db/versions.ts';
import { AppError } from '../errors.ts';
import { readReason } from '../names/reason.ts';
import { revokeAll, TEAM_SUSPENDED } from '../revocation/revoke.ts';
import { t } from '../texts/texts.ts';
import { noTeam } from './teams.ts';

/**
 * Stops every app of a team and every API of it, for all apps: token requests fail from now on, and the tokens that are
 * out are refused. Apps and APIs stay as they are, and so do refresh tokens, so that resuming brings back just what was.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, conflict, precondition_failed
 */
export async function suspendTeam(
  db: Kysely<Tables>,
  input: { teamId: string; reason: string; version?: number | undefined },
  by: By,
): Promise<void> {
  const { teamId, version } = input;
  authorize(by, 'team.suspend', null, noTeam(teamId));
  const reason = readReason(input);
  return inTransaction(db, async (trx) => {
    await setSuspension(trx, { id: teamId, version }, { suspended_at: by.now, suspended_reason: reason });
    await revokeTokensOfTeam(trx, teamId);
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    await record(trx, by.actor, { type: 'team.suspended', teamId, reason }, by.now);
  });
}

/** Tokens from before stay refused. @throws {AppError} not_found, forbidden, conflict, precondition_failed */
export async function resumeTeam(db: Kysely<Tables>, target: Target, by: By): Promise<void> {
  const teamId = idOf(target);
  authorize(by, 'team.suspend', null, noTeam(teamId));
  return inTransaction(db, async (trx) => {
    await setSuspension(trx, target, { suspended_at: null, suspended_reason: null });
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    await record(trx, by.actor, { type: 'team.resumed', teamId }, by.now);
  });
}

async function setSuspension(
  db: Db,
  target: Target,
  change: { suspended_at: Date | null; suspended_reason: string | null },
): Promise<void> {
  const id = idOf(target);
  const team = await db
    .selectFrom('teams')
    .select(['suspended_at', 'version'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!team) throw new AppError('not_found', { detail: noTeam(id) });
  requireVersion(target, team);
  if ((team.suspended_at === null) === (change.suspended_at === null)) {
    const detail = change.suspended_at ? t('refusals.teamSuspended') : t('refusals.teamNotSuspended');
    throw new AppError('conflict', { detail });
  }
  await db
    .updateTable('teams')
    .set({ ...change, version: team.version + 1 })
    .where('id', '=', id)
    .execute();
}

/** What the team's apps hold, and what any app holds for the team's APIs. */
async function revokeTokensOfTeam(db: Db, teamId: string): Promise<void> {
  const reason = TEAM_SUSPENDED;
  const clients = await db.selectFrom('clients').select('id').where('team_id', '=', teamId).execute();
  const apis = await db.selectFrom('apis').select('identifier').where('team_id', '=', teamId).execute();
  await revokeAll(db, [
    ...clients.map(({ id }) => ({ kind: 'client' as const, value: id, reason })),
    ...apis.map(({ identifier }) => ({ kind: 'api' as const, value: identifier, reason })),
  ]);
}
