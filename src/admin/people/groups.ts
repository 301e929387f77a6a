import { z } from 'zod';
import { presentGroup } from '../../accounts/present.ts';
import {
  createGroup,
  deleteGroup,
  GroupName,
  GroupQuery,
  listGroups,
  NewGroup as NewGroupInput,
  renameGroup,
  requireGroup,
} from '../../roles/groups.ts';
import { operation } from '../operation.ts';
import { Id, ListQuery, pageOf, presentPage, Time } from '../shapes.ts';

const Group = z.object({ id: z.string(), name: z.string(), created_at: Time }).meta({ id: 'Group' });
export const GroupId = z.strictObject({ group_id: Id });
const NewGroup = NewGroupInput.meta({ id: 'NewGroup', examples: [{ name: 'Controlling' }] });
const GroupChanges = z
  .strictObject({ name: GroupName })
  .meta({ id: 'GroupChanges', examples: [{ name: 'Controlling' }] });
const tag = 'Groups';

export const groupOperations = [
  operation({
    id: 'listGroups',
    method: 'GET',
    path: '/groups',
    tag,
    summary: 'Groups of people',
    description: 'The newest first, unless you say otherwise. `search` looks for a part of the name.',
    scope: 'users:read',
    query: ListQuery.extend({ sort: GroupQuery.shape.sort }),
    status: 200,
    result: pageOf(Group),
    handle: async ({ db, by, query }) => ({ body: presentPage(await listGroups(db, query, by), presentGroup) }),
  }),
  operation({
    id: 'createGroup',
    method: 'POST',
    path: '/groups',
    tag,
    summary: 'Make a group',
    scope: 'users:write',
    body: NewGroup,
    status: 201,
    result: Group,
    idempotent: ({ db, by }, { id }) => requireGroup(db, id, 'platform.write', by),
    async handle({ db, by, body }) {
      const group = await createGroup(db, body, by);
      return { body: presentGroup(group), version: group.version, location: `/groups/${group.id}` };
    },
  }),
  operation({
    id: 'getGroup',
    method: 'GET',
    path: '/groups/{group_id}',
    tag,
    summary: 'One group',
    scope: 'users:read',
    params: GroupId,
    status: 200,
    result: Group,
    async handle({ db, by, params }) {
      const group = await requireGroup(db, params.group_id, 'platform.read', by);
      return { body: presentGroup(group), version: group.version };
    },
  }),
  operation({
    id: 'updateGroup',
    method: 'PATCH',
    path: '/groups/{group_id}',
    tag,
    summary: 'Rename a group',
    scope: 'users:write',
    params: GroupId,
    body: GroupChanges,
    status: 200,
    result: Group,
    conditional: true,
    async handle({ db, by, params, body, version }) {
      const group = await renameGroup(db, { groupId: params.group_id, name: body.name, version }, by);
      return { body: presentGroup(group), version: group.version };
    },
  }),
  operation({
    id: 'deleteGroup',
    method: 'DELETE',
    path: '/groups/{group_id}',
    tag,
    summary: 'End a group',
    description: 'What its roles gave to its people ends at once.',
    scope: 'users:write',
    params: GroupId,
    status: 204,
    conditional: true,
    handle: ({ db, by, params, version }) => deleteGroup(db, { id: params.group_id, version }, by),
  }),
];
