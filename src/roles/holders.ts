import { type Kysely, sql } from 'kysely';
import { authorize, type By } from '../access.ts';
import { hasToldAddress, hasToldName, isColleague, isKnown } from '../accounts/known-people.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { emailKey } from '../names/addresses.ts';
import { t } from '../texts/texts.ts';
import { revokeGivenByGroup, revokeRolesOf } from './given-roles.ts';
import { requireApiOfRoles, requireRole } from './roles.ts';

/** Who gets a role: a person by id or address, or a group by id. */
export type Holder = { readonly person: string } | { readonly groupId: string };

/** @throws {AppError} not_found, forbidden, invalid_request for an unknown person or group */
export function assignRole(db: Kysely<Tables>, roleId: string, holder: Holder, by: By): Promise<void> {
  return inTransaction(db, async (trx) => {
    const { api } = await requireRole(trx, roleId, 'role.write', by);
    const resolved = await resolveHolder(trx, holder, by);
    const inserted =
      'accountId' in resolved
        ? await trx
            .insertInto('role_accounts')
            .values({ role_id: roleId, account_id: resolved.accountId })
            .onConflict((conflict) => conflict.doNothing())
            .returning('role_id')
            .executeTakeFirst()
        : await trx
            .insertInto('role_groups')
            .values({ role_id: roleId, group_id: resolved.groupId })
            .onConflict((conflict) => conflict.doNothing())
            .returning('role_id')
            .executeTakeFirst();
    if (inserted) await record(trx, by.actor, { type: 'role.assigned', roleId, apiId: api.id, ...resolved }, by.now);
  });
}

/** Takes a role away: the tokens that it gave end at once, and the next refresh has less. @throws {AppError} not_found, forbidden */
export function unassignRole(
  db: Kysely<Tables>,
  roleId: string,
  holder: { accountId: string } | { groupId: string },
  by: By,
): Promise<void> {
  return inTransaction(db, async (trx) => {
    const { api } = await requireRole(trx, roleId, 'role.write', by);
    if ('accountId' in holder) await takeFromPerson(trx, roleId, { ...holder, audience: api.identifier });
    else await takeFromGroup(trx, roleId, holder.groupId);
    await record(trx, by.actor, { type: 'role.unassigned', roleId, apiId: api.id, ...holder }, by.now);
  });
}

async function takeFromPerson(
  db: Db,
  roleId: string,
  { accountId, audience }: { accountId: string; audience: string },
): Promise<void> {
  const removed = await db
    .deleteFrom('role_accounts')
    .where('role_id', '=', roleId)
    .where('account_id', '=', accountId)
    .returning('role_id')
    .executeTakeFirst();
  if (!removed) throw new AppError('not_found', { detail: t('refusals.personLacksRole') });
  await revokeRolesOf(db, [{ accountId, audience }]);
}

async function takeFromGroup(db: Db, roleId: string, groupId: string): Promise<void> {
  await revokeGivenByGroup(db, { groupId, roleId });
  const removed = await db
    .deleteFrom('role_groups')
    .where('role_id', '=', roleId)
    .where('group_id', '=', groupId)
    .returning('role_id')
    .executeTakeFirst();
  if (!removed) throw new AppError('not_found', { detail: t('refusals.groupLacksRole') });
}

async function resolveHolder(db: Db, holder: Holder, by: By): Promise<{ accountId: string } | { groupId: string }> {
  if ('groupId' in holder) {
    const group = await db.selectFrom('groups').select('id').where('id', '=', holder.groupId).executeTakeFirst();
    if (!group) throw new AppError('invalid_request', { detail: t('refusals.noSuchGroup') });
    return { groupId: group.id };
  }
  const { person } = holder;
  const account = await db
    .selectFrom('accounts')
    .select('id')
    .where((eb) =>
      eb.or([
        eb.and([eb('id', '=', person), isKnown(by, 'accounts.id')]),
        eb.and([eb('email_key', '=', emailKey(person)), hasToldAddress(by, 'accounts.id')]),
      ]),
    )
    .forKeyShare()
    .executeTakeFirst();
  if (!account) throw new AppError('invalid_request', { detail: noSuchPerson(person, by) });
  return { accountId: account.id };
}

/** The same words for somebody whom the caller does not know and for somebody who does not exist. */
const noSuchPerson = (person: string, { access }: By) =>
  access && access.platformRole === null ? t('refusals.nobodyKnown', { person }) : t('refusals.nobodyAt', { person });

/** More than a page shows; large numbers of people get a role by a group. */
const MOST = 200;

/** Somebody who has a role; what the caller may not be told of them is null. */
export interface HoldingPerson {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly disabled: boolean | null;
}

/** The people and groups that have a role. @throws {AppError} not_found, forbidden */
export async function findHolders(db: Db, roleId: string, by: By) {
  await requireRole(db, roleId, 'api.read', by);
  const [people, groups] = await Promise.all([
    db
      .selectFrom('role_accounts')
      .innerJoin('accounts', 'accounts.id', 'role_accounts.account_id')
      .select([
        'accounts.id',
        sql<string | null>`case when ${hasToldName(by, 'accounts.id')} then accounts.name end`.as('name'),
        sql<string | null>`case when ${hasToldAddress(by, 'accounts.id')} then accounts.email end`.as('email'),
        sql<boolean | null>`case when ${isColleague(by, 'accounts.id')} then accounts.disabled_at is not null end`.as(
          'disabled',
        ),
      ])
      .where('role_id', '=', roleId)
      .orderBy('email')
      .orderBy('accounts.id')
      .limit(MOST)
      .execute(),
    db
      .selectFrom('role_groups')
      .innerJoin('groups', 'groups.id', 'role_groups.group_id')
      .select(['groups.id', 'groups.name'])
      .where('role_id', '=', roleId)
      .orderBy('groups.name_key')
      .limit(MOST)
      .execute(),
  ]);
  return { people: people satisfies HoldingPerson[], groups };
}

/** Names of groups, for who may give them roles of this API. @throws {AppError} not_found, forbidden */
export async function listAssignableGroups(db: Db, apiId: string, by: By) {
  await requireApiOfRoles(db, apiId, 'role.write', by);
  return db.selectFrom('groups').select(['id', 'name']).orderBy('name_key').limit(500).execute();
}

/** Every role that a person has, with its API; with the group that gives it, where one does. @throws {AppError} not_found, forbidden */
export async function listRolesOf(db: Db, accountId: string, by: By) {
  authorize(by, 'platform.read', null, t('refusals.noAccount', { id: accountId }));
  const roles = db
    .selectFrom('roles')
    .innerJoin('apis', 'apis.id', 'roles.api_id')
    .select(['roles.id', 'roles.name', 'apis.id as apiId', 'apis.name as apiName']);
  return roles
    .innerJoin('role_accounts', 'role_accounts.role_id', 'roles.id')
    .select(sql<string | null>`null`.as('groupName'))
    .where('role_accounts.account_id', '=', accountId)
    .unionAll(
      roles
        .innerJoin('role_groups', 'role_groups.role_id', 'roles.id')
        .innerJoin('group_members', 'group_members.group_id', 'role_groups.group_id')
        .innerJoin('groups', 'groups.id', 'role_groups.group_id')
        .select(sql<string | null>`groups.name`.as('groupName'))
        .where('group_members.account_id', '=', accountId),
    )
    .orderBy('apiName')
    .orderBy('name')
    .limit(500)
    .execute();
}

/** The roles of a group, with their APIs. @throws {AppError} not_found, forbidden */
export async function listRolesOfGroup(db: Db, groupId: string, by: By) {
  authorize(by, 'platform.read', null, t('refusals.noGroup', { id: groupId }));
  return db
    .selectFrom('role_groups')
    .innerJoin('roles', 'roles.id', 'role_groups.role_id')
    .innerJoin('apis', 'apis.id', 'roles.api_id')
    .select(['roles.id', 'roles.name', 'apis.id as apiId', 'apis.name as apiName'])
    .where('role_groups.group_id', '=', groupId)
    .orderBy('apis.name')
    .orderBy('roles.name')
    .execute();
}
