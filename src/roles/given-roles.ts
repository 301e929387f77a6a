import type { Db } from '../db/connections/connection.ts';
import { revokeAll } from '../revocation/revoke.ts';

const REASON = 'role taken away';

/**
 * Refuses the tokens that people have for APIs whose roles a group gives them: of one person, or of all in the group. Called
 * before the group or what it gives is gone. What a person has by other roles comes back with the next refresh.
 */
export async function revokeGivenByGroup(
  db: Db,
  given: { groupId: string; accountId?: string; roleId?: string },
  now: Date,
): Promise<void> {
  const { groupId, accountId, roleId } = given;
  await holdGroups(db, [groupId]);
  let audiences = db
    .selectFrom('role_groups')
    .innerJoin('roles', 'roles.id', 'role_groups.role_id')
    .innerJoin('apis', 'apis.id', 'roles.api_id')
    .select('apis.identifier')
    .distinct()
    .where('role_groups.group_id', '=', groupId);
  if (roleId !== undefined) audiences = audiences.where('roles.id', '=', roleId);
  const apis = await audiences.execute();
  if (apis.length === 0) return;
  const people = accountId === undefined ? await peopleOf(db, groupId) : [accountId];
  await revokeRolesOf(
    db,
    people.flatMap((person) => apis.map(({ identifier }) => ({ accountId: person, audience: identifier }))),
    now,
  );
}

/** Until the transaction ends nobody comes into these groups, and no role is given to them. */
export async function holdGroups(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  // Whoever adds a row that refers to one of these waits for the lock.
  await db.selectFrom('groups').select('id').where('id', 'in', ids).orderBy('id').forUpdate().execute();
}

async function peopleOf(db: Db, groupId: string): Promise<string[]> {
  const rows = await db.selectFrom('group_members').select('account_id').where('group_id', '=', groupId).execute();
  return rows.map((row) => row.account_id);
}

/** Refuses the tokens that these people have for these APIs. */
export async function revokeRolesOf(
  db: Db,
  pairs: readonly { accountId: string; audience: string }[],
  now: Date,
): Promise<void> {
  const revocations = pairs.map((pair) => ({
    kind: 'roles' as const,
    value: `${pair.accountId} ${pair.audience}`,
    reason: REASON,
  }));
  await revokeAll(db, revocations, now);
}
