import type { Db } from '../db/connections/connection.ts';
import { ROLE_TAKEN, revokeAll } from '../revocation/revoke.ts';

/**
 * Refuses the tokens that people have for APIs whose roles a group gives them: of one person, or of all in the group. Called
 * before the group or what it gives is gone. What a person has by other roles comes back with the next refresh.
 */
export async function revokeGivenByGroup(
  db: Db,
  given: { groupId: string; accountId?: string; roleId?: string },
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

/** With more people and APIs than this, whatever anybody's roles give at these APIs is revoked: a few names in place of many. */
const MOST_PAIRS = 1000;

/**
 * Refuses the tokens that these people have for these APIs. Where they are too many to be named one by one, the tokens of
 * all people end; the names say `api`, for verifiers that judge by times know nothing smaller.
 */
export async function revokeRolesOf(db: Db, pairs: readonly { accountId: string; audience: string }[]): Promise<void> {
  const names =
    pairs.length > MOST_PAIRS
      ? [...new Set(pairs.map(({ audience }) => audience))].map((value) => ({ kind: 'api' as const, value }))
      : pairs.map(({ accountId, audience }) => ({ kind: 'roles' as const, value: `${accountId} ${audience}` }));
  await revokeAll(
    db,
    names.map((name) => ({ ...name, reason: ROLE_TAKEN })),
  );
}
