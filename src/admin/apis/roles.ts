import { z } from 'zod';
import { presentRole } from '../../roles/present.ts';
import {
  createRole,
  deleteRole,
  listRoles,
  NewRole as NewRoleInput,
  RoleChange,
  requireRole,
  updateRole,
} from '../../roles/roles.ts';
import { operation } from '../operation.ts';
import { Id, listOf, Time } from '../shapes.ts';
import { ApiId } from './shape.ts';

const Role = z
  .object({
    id: z.string(),
    api_id: z.string(),
    name: z.string(),
    description: z.string(),
    scopes: z.array(z.string()),
    created_at: Time,
  })
  .meta({ id: 'Role' });

export const RoleId = z.strictObject({ role_id: Id });
const NewRole = NewRoleInput.meta({ id: 'NewRole', examples: [{ name: 'Controller', scopes: ['reports:read'] }] });
const RoleChanges = RoleChange.meta({ id: 'RoleChanges', examples: [{ description: 'Whoever reads the reports' }] });
const tag = 'Roles';

export const roleOperations = [
  operation({
    id: 'listRoles',
    method: 'GET',
    path: '/apis/{api_id}/roles',
    tag,
    summary: 'The roles of an API',
    scope: 'roles:read',
    params: ApiId,
    status: 200,
    result: listOf(Role),
    async handle({ db, by, params }) {
      return { body: { data: (await listRoles(db, params.api_id, by)).map(presentRole) } };
    },
  }),
  operation({
    id: 'createRole',
    method: 'POST',
    path: '/apis/{api_id}/roles',
    tag,
    summary: 'Make a role: some scopes of an API under a name',
    scope: 'roles:write',
    params: ApiId,
    body: NewRole,
    status: 201,
    result: Role,
    idempotent: ({ db, by }, { id }) => requireRole(db, id, 'role.write', by),
    async handle({ db, by, params, body }) {
      const role = await createRole(db, params.api_id, body, by);
      return { body: presentRole(role), version: role.version, location: `/roles/${role.id}` };
    },
  }),
  operation({
    id: 'getRole',
    method: 'GET',
    path: '/roles/{role_id}',
    tag,
    summary: 'One role',
    scope: 'roles:read',
    params: RoleId,
    status: 200,
    result: Role,
    async handle({ db, by, params }) {
      const { role } = await requireRole(db, params.role_id, 'api.read', by);
      return { body: presentRole(role), version: role.version };
    },
  }),
  operation({
    id: 'updateRole',
    method: 'PATCH',
    path: '/roles/{role_id}',
    tag,
    summary: 'Change a role',
    description: 'Where it gives less, or has another name, the tokens that people have by it end.',
    scope: 'roles:write',
    params: RoleId,
    body: RoleChanges,
    status: 200,
    result: Role,
    conditional: true,
    async handle({ db, by, params, body, version }) {
      const role = await updateRole(db, params.role_id, { ...body, version }, by);
      return { body: presentRole(role), version: role.version };
    },
  }),
  operation({
    id: 'deleteRole',
    method: 'DELETE',
    path: '/roles/{role_id}',
    tag,
    summary: 'End a role',
    description: 'What it gave ends at once.',
    scope: 'roles:write',
    params: RoleId,
    status: 204,
    conditional: true,
    handle: ({ db, by, params, version }) => deleteRole(db, { id: params.role_id, version }, by),
  }),
];
