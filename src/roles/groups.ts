import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import { requireAccount } from '../accounts/accounts.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import { type Listing, matching, PageQuery } from '../db/pages.ts';
import { arrange, countRows, type Order, sortsOf } from '../db/sorting.ts';
import type { Tables } from '../db/tables/tables.ts';
import type { Group } from '../db/tables/teams.ts';
import { inTransaction, isUniqueViolation } from '../db/transaction.ts';
import { idOf, requireVersion, type Target } from '../db/versions.ts';
import { AppError } from '../errors.ts';
import { emailKey } from '../names/addresses.ts';
import { nameKey, nameOf } from '../names/names.ts';
import { t } from '../texts/texts.ts';
import { revokeGivenByGroup } from './given-roles.ts';

export const GroupName = nameOf(() => t('refusals.groupName'));
export const NewGroup = z.strictObject({ name: GroupName });

export const noGroup = (id: string) => t('refusals.noGroup', { id });
const nameTaken = (name: string) => new AppError('conflict', { detail: t('refusals.groupExists', { name }) });

/** Groups are of people, and hold roles of APIs. @throws {ZodError} @throws {AppError} not_found, forbidden, conflict */
export async function createGroup(db: Kysely<Tables>, input: z.input<typeof NewGroup>, by: By): Promise<Group> {
  authorize(by, 'platform.write', null);
  const { name } = NewGroup.parse(input);
  const id = `grp_${randomUUID().replaceAll('-', '')}`;
  try {
    return await inTransaction(db, async (trx) => {
      const group = await trx
        .insertInto('groups')
        .values({ id, name, name_key: nameKey(name), created_at: by.now })
        .returningAll()
        .executeTakeFirstOrThrow();
      await record(trx, by.actor, { type: 'group.created', groupId: id, name }, by.now);
      return group;
    });
  } catch (error) {
    throw isUniqueViolation(error) ? nameTaken(name) : error;
  }
}

/** @throws {ZodError} @throws {AppError} not_found, forbidden, conflict, precondition_failed */
export async function renameGroup(
  db: Kysely<Tables>,
  input: { groupId: string; name: string; version?: number | undefined },
  by: By,
): Promise<Group> {
  authorize(by, 'platform.write', null, noGroup(input.groupId));
  const name = GroupName.parse(input.name);
  try {
    return await inTransaction(db, async (trx) => {
      const { id, version } = await requireGroup(trx, input.groupId, 'platform.write', by);
      const group = await trx
        .updateTable('groups')
        .set({ name, name_key: nameKey(name), version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', input.version ?? version)
        .returningAll()
        .executeTakeFirst();
      if (!group) throw new AppError('precondition_failed');
      await record(trx, by.actor, { type: 'group.renamed', groupId: id, name }, by.now);
      return group;
    });
  } catch (error) {
    throw isUniqueViolation(error) ? nameTaken(name) : error;
  }
}

/** Ends a group; what its roles gave to its people ends at once. @throws {AppError} not_found, forbidden, precondition_failed */
export function deleteGroup(db: Kysely<Tables>, target: Target, by: By): Promise<void> {
  const groupId = idOf(target);
  return inTransaction(db, async (trx) => {
    const group = await requireGroup(trx, groupId, 'platform.write', by);
    requireVersion(target, group);
    await revokeGivenByGroup(trx, { groupId });
    await trx.deleteFrom('groups').where('id', '=', groupId).execute();
    await record(trx, by.actor, { type: 'group.deleted', groupId, name: group.name }, by.now);
  });
}

/** @throws {AppError} not_found, forbidden */
export function addToGroup(db: Kysely<Tables>, member: { groupId: string; accountId: string }, by: By): Promise<void> {
  const { groupId, accountId } = member;
  return inTransaction(db, async (trx) => {
    await requireGroup(trx, groupId, 'platform.write', by);
    await requireAccount(trx, accountId);
    const added = await trx
      .insertInto('group_members')
      .values({ group_id: groupId, account_id: accountId })
      .onConflict((conflict) => conflict.doNothing())
      .returning('account_id')
      .executeTakeFirst();
    if (added) await record(trx, by.actor, { type: 'group.member_added', ...member }, by.now);
  });
}

/** addToGroup() for a person by id or address. @throws {AppError} not_found, forbidden; invalid_request for nobody */
export async function addPersonToGroup(
  db: Kysely<Tables>,
  { groupId, person }: { groupId: string; person: string },
  by: By,
): Promise<void> {
  await requireGroup(db, groupId, 'platform.write', by);
  const account = await db
    .selectFrom('accounts')
    .select('id')
    .where((eb) => eb.or([eb('id', '=', person), eb('email_key', '=', emailKey(person))]))
    .executeTakeFirst();
  if (!account) throw new AppError('invalid_request', { detail: t('refusals.nobodyAt', { person }) });
  await addToGroup(db, { groupId, accountId: account.id }, by);
}

/** What the group's roles gave to this person ends at once. @throws {AppError} not_found, forbidden */
export function removeFromGroup(
  db: Kysely<Tables>,
  member: { groupId: string; accountId: string },
  by: By,
): Promise<void> {
  const { groupId, accountId } = member;
  return inTransaction(db, async (trx) => {
    await requireGroup(trx, groupId, 'platform.write', by);
    const removed = await trx
      .deleteFrom('group_members')
      .where('group_id', '=', groupId)
      .where('account_id', '=', accountId)
      .returning('account_id')
      .executeTakeFirst();
    if (!removed) throw new AppError('not_found', { detail: t('refusals.noGroupMember') });
    await revokeGivenByGroup(trx, member);
    await record(trx, by.actor, { type: 'group.member_removed', ...member }, by.now);
  });
}

/** @throws {AppError} not_found, forbidden */
export async function requireGroup(
  db: Db,
  id: string,
  action: 'platform.read' | 'platform.write',
  by: By,
): Promise<Group> {
  authorize(by, action, null, noGroup(id));
  const group = await db.selectFrom('groups').selectAll().where('id', '=', id).executeTakeFirst();
  if (!group) throw new AppError('not_found', { detail: noGroup(id) });
  return group;
}

export const GroupQuery = PageQuery.extend({ sort: z.enum(sortsOf('created', 'name', 'people')).optional() });

const people = sql<number>`(select count(*) from group_members where group_members.group_id = groups.id)`;

const ORDER: Order<'created' | 'name' | 'people'> = {
  keys: {
    created: { of: sql.ref('groups.created_at'), type: 'time' },
    name: { of: sql.ref('groups.name_key'), type: 'text' },
    people: { of: people, type: 'number' },
  },
  id: sql.ref('groups.id'),
  usual: '-created',
};

/** Groups, the newest first, with how many people are in each. @throws {ZodError} @throws {AppError} not_found, forbidden, invalid_request */
export async function listGroups(
  db: Db,
  input: z.input<typeof GroupQuery>,
  by: By,
): Promise<Listing<Group & { people: number }>> {
  authorize(by, 'platform.read', null);
  const query = GroupQuery.parse(input);
  const { place, beyond, orderBy, limit, toListing } = arrange(ORDER, query);
  const rows = await db
    .selectFrom('groups')
    .selectAll('groups')
    .select([people.as('people'), place])
    .where(matching(query.search, 'groups.name'))
    .where(beyond)
    .orderBy(orderBy)
    .limit(limit)
    .execute();
  return toListing(rows.map((row) => ({ ...row, people: Number(row.people) })));
}

/** How many there are in all. @throws {ZodError} @throws {AppError} not_found, forbidden */
export async function countGroups(db: Db, input: z.input<typeof GroupQuery>, by: By): Promise<number> {
  authorize(by, 'platform.read', null);
  const { search } = GroupQuery.parse(input);
  return await countRows(db, db.selectFrom('groups').where(matching(search, 'groups.name')));
}

/** The groups that a person is in, by name. @throws {AppError} not_found, forbidden */
export async function listGroupsOf(db: Db, accountId: string, by: By) {
  authorize(by, 'platform.read', null);
  return db
    .selectFrom('group_members')
    .innerJoin('groups', 'groups.id', 'group_members.group_id')
    .select(['groups.id', 'groups.name'])
    .where('group_members.account_id', '=', accountId)
    .orderBy('groups.name_key')
    .execute();
}
