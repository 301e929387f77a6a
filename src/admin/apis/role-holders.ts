import { z } from 'zod';
import { assignRole, findHolders, unassignRole } from '../../roles/holders.ts';
import { operation } from '../operation.ts';
import { Id, Named } from '../shapes.ts';
import { RoleId } from './roles.ts';

const Holder = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    disabled: z.boolean().nullable(),
  })
  .meta({ id: 'RoleHolder' });
const Holders = z.object({ accounts: z.array(Holder), groups: z.array(Named) }).meta({ id: 'RoleHolders' });

const Account = RoleId.extend({ account_id: Id });
const Group = RoleId.extend({ group_id: Id });
const tag = 'Roles';

export const roleHolderOperations = [
  operation({
    id: 'listRoleHolders',
    method: 'GET',
    path: '/roles/{role_id}/holders',
    tag,
    summary: 'Who has a role',
    description:
      'People directly, and groups: up to 200 of each. Large numbers of people get a role by a group. Of whom your teams do not know there is the id alone.',
    scope: 'roles:read',
    params: RoleId,
    status: 200,
    result: Holders,
    async handle({ db, by, params }) {
      const { people, groups } = await findHolders(db, params.role_id, by);
      return { body: { accounts: people, groups } };
    },
  }),
  operation({
    id: 'giveRoleToAccount',
    method: 'PUT',
    path: '/roles/{role_id}/accounts/{account_id}',
    tag,
    summary: 'Give a person a role',
    description:
      '`account_id` is an id or an email address: of somebody in your teams, or who let one of your apps know them. Administrators may name everybody.',
    scope: 'roles:write',
    params: Account,
    status: 204,
    handle: ({ db, by, params }) => assignRole(db, params.role_id, { person: params.account_id }, by),
  }),
  operation({
    id: 'takeRoleFromAccount',
    method: 'DELETE',
    path: '/roles/{role_id}/accounts/{account_id}',
    tag,
    summary: 'Take a role from a person',
    description: 'The tokens that it gave end at once.',
    scope: 'roles:write',
    params: Account,
    status: 204,
    handle: ({ db, by, params }) => unassignRole(db, params.role_id, { accountId: params.account_id }, by),
  }),
  operation({
    id: 'giveRoleToGroup',
    method: 'PUT',
    path: '/roles/{role_id}/groups/{group_id}',
    tag,
    summary: 'Give a group a role',
    scope: 'roles:write',
    params: Group,
    status: 204,
    handle: ({ db, by, params }) => assignRole(db, params.role_id, { groupId: params.group_id }, by),
  }),
  operation({
    id: 'takeRoleFromGroup',
    method: 'DELETE',
    path: '/roles/{role_id}/groups/{group_id}',
    tag,
    summary: 'Take a role from a group',
    description: 'The tokens that it gave to people of the group end at once.',
    scope: 'roles:write',
    params: Group,
    status: 204,
    handle: ({ db, by, params }) => unassignRole(db, params.role_id, { groupId: params.group_id }, by),
  }),
];
