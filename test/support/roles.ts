import { randomBytes } from 'node:crypto';
import type { Database } from '../../src/db/connections/connection.ts';
import { addToGroup, createGroup } from '../../src/roles/groups.ts';
import { assignRole } from '../../src/roles/holders.ts';
import { createRole } from '../../src/roles/roles.ts';
import { anApi } from './factories.ts';

export const byOperator = () => ({ actor: { type: 'operator' } as const, now: new Date() });

/** An API of whose scopes some need a role. */
export async function anApiWithRoles(
  database: Database,
  { needsRole = ['reports:write'], rolesClaim = false }: { needsRole?: string[]; rolesClaim?: boolean } = {},
) {
  const api = await anApi(database);
  const { db } = database;
  await db.updateTable('apis').set({ roles_claim: rolesClaim }).where('id', '=', api.id).execute();
  if (needsRole.length > 0) {
    await db
      .updateTable('api_scopes')
      .set({ needs_role: true })
      .where('api_id', '=', api.id)
      .where('name', 'in', needsRole)
      .execute();
  }
  return api;
}

export const aRole = (
  { db }: Database,
  apiId: string,
  scopes: string[],
  name = `role ${randomBytes(4).toString('hex')}`,
) => createRole(db, apiId, { name, scopes }, byOperator());

/** A group of these people, with a role. */
export async function aGroup({ db }: Database, accountIds: string[], roleId?: string) {
  const group = await createGroup(db, { name: `Group ${randomBytes(4).toString('hex')}` }, byOperator());
  for (const accountId of accountIds) await addToGroup(db, { groupId: group.id, accountId }, byOperator());
  if (roleId) await assignRole(db, roleId, { groupId: group.id }, byOperator());
  return group;
}
