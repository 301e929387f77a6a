import type { Kysely } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CATALOG_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connection.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { endAccessOfClients } from '../revocation/artifacts.ts';
import { revokeAll } from '../revocation/revoke.ts';
import { noTeam } from './teams.ts';

export const Reason = z
  .string()
  .trim()
  .min(1, 'Say why; it is kept in the audit trail.')
  .max(300, 'Use 300 characters or fewer.');

/**
 * Stops every app of a team and every API of it, for all apps: token requests fail from now on, and the tokens that are
 * out are refused. Apps and APIs stay as they are, and so do refresh tokens, so that resuming brings back just what was.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, conflict
 */
export async function suspendTeam(
  db: Kysely<Tables>,
  input: { teamId: string; reason: string },
  by: By,
): Promise<void> {
  const { teamId } = input;
  authorize(by, 'platform.write', null, noTeam(teamId));
  const reason = Reason.parse(input.reason);
  return inTransaction(db, async (trx) => {
    await setSuspension(trx, teamId, { suspended_at: by.now, suspended_reason: reason });
    await revokeTokensOfTeam(trx, teamId, by.now);
    await announceVersioned(trx, CATALOG_TOPIC, by.now);
    await record(trx, by.actor, { type: 'team.suspended', teamId, reason }, by.now);
  });
}

/** Tokens from before stay refused. @throws {AppError} not_found, forbidden, conflict */
export async function resumeTeam(db: Kysely<Tables>, teamId: string, by: By): Promise<void> {
  authorize(by, 'platform.write', null, noTeam(teamId));
  return inTransaction(db, async (trx) => {
    await setSuspension(trx, teamId, { suspended_at: null, suspended_reason: null });
    await announceVersioned(trx, CATALOG_TOPIC, by.now);
    await record(trx, by.actor, { type: 'team.resumed', teamId }, by.now);
  });
}

async function setSuspension(
  db: Db,
  teamId: string,
  change: { suspended_at: Date | null; suspended_reason: string | null },
): Promise<void> {
  const changed = await db
    .updateTable('teams')
    .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
    .where('id', '=', teamId)
    .where('suspended_at', change.suspended_at ? 'is' : 'is not', null)
    .returning('id')
    .executeTakeFirst();
  if (changed) return;
  const team = await db.selectFrom('teams').select('id').where('id', '=', teamId).executeTakeFirst();
  if (!team) throw new AppError('not_found', { detail: noTeam(teamId) });
  throw new AppError('conflict', {
    detail: `The team is ${change.suspended_at ? 'suspended already' : 'not suspended'}.`,
  });
}

/** What the team's apps hold, and what any app holds for the team's APIs. */
async function revokeTokensOfTeam(db: Db, teamId: string, now: Date): Promise<void> {
  const reason = 'team suspended';
  const clients = await db.selectFrom('clients').select('id').where('team_id', '=', teamId).execute();
  const apis = await db.selectFrom('apis').select('identifier').where('team_id', '=', teamId).execute();
  await endAccessOfClients(
    db,
    clients.map(({ id }) => id),
  );
  await revokeAll(
    db,
    [
      ...clients.map(({ id }) => ({ kind: 'client' as const, value: id, reason })),
      ...apis.map(({ identifier }) => ({ kind: 'api' as const, value: identifier, reason })),
    ],
    now,
  );
}
