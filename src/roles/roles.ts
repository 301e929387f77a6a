import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import { lockApiAsItIs } from '../apis/apis.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import type { Role } from '../db/tables/teams.ts';
import { inTransaction, isUniqueViolation } from '../db/transaction.ts';
import { idOf, requireVersion, type Target } from '../db/versions.ts';
import { AppError } from '../errors.ts';
import { descriptionOf, isPlainName, PLAIN_NAME } from '../names/names.ts';
import { t } from '../texts/texts.ts';
import { holdGroups, revokeRolesOf } from './given-roles.ts';

const RoleName = z
  .string()
  .normalize('NFC')
  .trim()
  .min(1, { error: () => t('refusals.roleNameMissing') })
  .max(60, { error: () => t('refusals.roleNameLong') })
  .regex(/^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._:-]|\u200C|\u200D)*$/u, { error: () => t('refusals.roleNameSigns') })
  .refine(isPlainName, PLAIN_NAME);

const fields = {
  name: RoleName,
  description: descriptionOf(300).default(''),
  scopes: z.array(z.string().max(100)).max(200),
};

export const NewRole = z.strictObject(fields);
export const RoleChange = z.strictObject({ ...fields, description: fields.description.unwrap() }).partial();

const noApi = (id: string) => t('refusals.noApi', { id });
const noRole = (id: string) => t('refusals.noRole', { id });

/** A role of an API: some of its scopes under a name. @throws {ZodError} @throws {AppError} not_found, forbidden, conflict */
export async function createRole(
  db: Kysely<Tables>,
  apiId: string,
  input: z.input<typeof NewRole>,
  by: By,
): Promise<Role> {
  await requireApiOfRoles(db, apiId, 'role.write', by);
  const { name, description, scopes } = NewRole.parse(input);
  const id = `role_${randomUUID().replaceAll('-', '')}`;
  return named(name, () =>
    inTransaction(db, async (trx) => {
      await lockApiAsItIs(trx, apiId);
      const own = await requireScopes(trx, apiId, scopes);
      const role = await trx
        .insertInto('roles')
        .values({ id, api_id: apiId, name, description, scopes: own, created_at: by.now })
        .returningAll()
        .executeTakeFirstOrThrow();
      await record(trx, by.actor, { type: 'role.created', roleId: id, apiId, name, scopes: own }, by.now);
      return role;
    }),
  );
}

/**
 * Changes a role. Where it gives less, or has another name, the tokens of its people end, and their next refresh has what is
 * right. @throws {ZodError} @throws {AppError} not_found, forbidden, conflict, precondition_failed
 */
export async function updateRole(
  db: Kysely<Tables>,
  roleId: string,
  input: z.input<typeof RoleChange> & { version?: number | undefined },
  by: By,
): Promise<Role> {
  const { version, ...rest } = input;
  await requireRole(db, roleId, 'role.write', by);
  const change = RoleChange.parse(rest);
  return named(change.name, () =>
    inTransaction(db, async (trx) => {
      const { role, api } = await requireRole(trx, roleId, 'role.write', by);
      await lockApiAsItIs(trx, api.id);
      const scopes = change.scopes ? await requireScopes(trx, api.id, change.scopes) : role.scopes;
      const next = { name: change.name ?? role.name, description: change.description ?? role.description, scopes };
      const changed = await trx
        .updateTable('roles')
        .set({ ...next, version: role.version + 1 })
        .where('id', '=', roleId)
        .where('version', '=', version ?? role.version)
        .returningAll()
        .executeTakeFirst();
      if (!changed) throw new AppError('precondition_failed');
      const givesLess = role.scopes.some((scope) => !scopes.includes(scope)) || next.name !== role.name;
      if (givesLess) await revokeOf(trx, { roleId, audience: api.identifier });
      await record(trx, by.actor, { type: 'role.changed', roleId, apiId: api.id, name: next.name, scopes }, by.now);
      return changed;
    }),
  );
}

/** Ends a role; what it gave ends at once. @throws {AppError} not_found, forbidden, precondition_failed */
export function deleteRole(db: Kysely<Tables>, target: Target, by: By): Promise<void> {
  const roleId = idOf(target);
  return inTransaction(db, async (trx) => {
    const { role, api } = await requireRole(trx, roleId, 'role.write', by);
    requireVersion(target, role);
    await revokeOf(trx, { roleId, audience: api.identifier });
    await trx.deleteFrom('roles').where('id', '=', roleId).execute();
    await record(trx, by.actor, { type: 'role.deleted', roleId, apiId: api.id, name: role.name }, by.now);
  });
}

/** The roles of an API, by name. @throws {AppError} not_found, forbidden */
export async function listRoles(db: Db, apiId: string, by: By) {
  await requireApiOfRoles(db, apiId, 'api.read', by);
  return db
    .selectFrom('roles')
    .selectAll('roles')
    .select((eb) => [
      eb
        .selectFrom('role_accounts')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('role_accounts.role_id', '=', 'roles.id')
        .as('people'),
      eb
        .selectFrom('role_groups')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('role_groups.role_id', '=', 'roles.id')
        .as('groups'),
    ])
    .where('api_id', '=', apiId)
    .orderBy('name')
    .limit(500)
    .execute();
}

/** Where its roles are changed, the API stays with its team until the transaction ends. */
function apiFor(db: Db, id: string, action: 'api.read' | 'role.write'): Promise<Api | undefined> {
  const api = db.selectFrom('apis').selectAll().where('id', '=', id);
  return (action === 'role.write' ? api.forShare() : api).executeTakeFirst();
}

/** A role with its API. @throws {AppError} not_found, forbidden */
export async function requireRole(
  db: Db,
  roleId: string,
  action: 'api.read' | 'role.write',
  by: By,
): Promise<{ role: Role; api: Api }> {
  const role = await db.selectFrom('roles').selectAll().where('id', '=', roleId).executeTakeFirst();
  if (!role) throw new AppError('not_found', { detail: noRole(roleId) });
  const api = await apiFor(db, role.api_id, action);
  if (!api) throw new AppError('not_found', { detail: noRole(roleId) });
  authorize(by, action, api.team_id, noRole(roleId));
  return { role, api };
}

/** An API whose roles the caller may see or change. @throws {AppError} not_found, forbidden */
export async function requireApiOfRoles(
  db: Db,
  apiId: string,
  action: 'api.read' | 'role.write',
  by: By,
): Promise<Api> {
  const api = await apiFor(db, apiId, action);
  if (!api) throw new AppError('not_found', { detail: noApi(apiId) });
  authorize(by, action, api.team_id, noApi(apiId));
  return api;
}

/** The scopes that roles of an API can have. */
export function listScopesForRoles(db: Db, apiId: string) {
  return db
    .selectFrom('api_scopes')
    .select(['name', 'description', 'needs_role'])
    .where('api_id', '=', apiId)
    .orderBy('position')
    .orderBy('name')
    .execute();
}

async function requireScopes(db: Db, apiId: string, scopes: readonly string[]): Promise<string[]> {
  const rows = await db.selectFrom('api_scopes').select('name').where('api_id', '=', apiId).execute();
  const offered = new Set(rows.map((row) => row.name));
  const unknown = scopes.filter((scope) => !offered.has(scope));
  if (unknown.length > 0) {
    throw new AppError('invalid_request', { detail: t('refusals.apiLacksScope', { scopes: unknown.join(', ') }) });
  }
  return [...new Set(scopes)].sort();
}

async function named<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error))
      throw new AppError('conflict', { detail: t('refusals.roleExists', { name: String(name) }) });
    throw error;
  }
}

/** Until the transaction ends nobody else gets the role. */
async function holdRole(db: Db, roleId: string): Promise<void> {
  await db.selectFrom('roles').select('id').where('id', '=', roleId).forUpdate().execute();
  const groups = await db.selectFrom('role_groups').select('group_id').where('role_id', '=', roleId).execute();
  await holdGroups(
    db,
    groups.map((row) => row.group_id),
  );
}

/** Refuses the tokens of everyone who has the role, directly or by a group. */
async function revokeOf(db: Db, { roleId, audience }: { roleId: string; audience: string }): Promise<void> {
  await holdRole(db, roleId);
  const people = await db
    .selectFrom('role_accounts')
    .select('account_id')
    .where('role_id', '=', roleId)
    .union(
      db
        .selectFrom('role_groups')
        .innerJoin('group_members', 'group_members.group_id', 'role_groups.group_id')
        .select('group_members.account_id')
        .where('role_groups.role_id', '=', roleId),
    )
    .execute();
  await revokeRolesOf(
    db,
    people.map((person) => ({ accountId: person.account_id, audience })),
  );
}
