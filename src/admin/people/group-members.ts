import { z } from 'zod';
import { GroupMemberQuery, listGroupMembers } from '../../roles/group-members.ts';
import { addToGroup, removeFromGroup } from '../../roles/groups.ts';
import { operation } from '../operation.ts';
import { Id, ListQuery, pageOf, presentPage } from '../shapes.ts';
import { GroupId } from './groups.ts';

const GroupMember = z
  .object({ account_id: z.string(), name: z.string(), email: z.string(), disabled: z.boolean() })
  .meta({ id: 'GroupMember' });

const MemberId = GroupId.extend({ account_id: Id });
const { state, sort } = GroupMemberQuery.shape;
const tag = 'Groups';

export const groupMemberOperations = [
  operation({
    id: 'listGroupMembers',
    method: 'GET',
    path: '/groups/{group_id}/members',
    tag,
    summary: 'The people of a group',
    description:
      'The newest account first, unless you say otherwise. `search` looks for a part of the name or of the address.',
    scope: 'users:read',
    params: GroupId,
    query: ListQuery.extend({ state: state.describe('People who may sign in, or those who may not.'), sort }),
    status: 200,
    result: pageOf(GroupMember),
    async handle({ db, by, params, query }) {
      const page = await listGroupMembers(db, params.group_id, query, by);
      return {
        body: presentPage(page, ({ id, name, email, disabled_at }) => ({
          account_id: id,
          name,
          email,
          disabled: disabled_at !== null,
        })),
      };
    },
  }),
  operation({
    id: 'addGroupMember',
    method: 'PUT',
    path: '/groups/{group_id}/members/{account_id}',
    tag,
    summary: 'Put a person into a group',
    scope: 'users:write',
    params: MemberId,
    status: 204,
    handle: ({ db, by, params }) => addToGroup(db, { groupId: params.group_id, accountId: params.account_id }, by),
  }),
  operation({
    id: 'removeGroupMember',
    method: 'DELETE',
    path: '/groups/{group_id}/members/{account_id}',
    tag,
    summary: 'Take a person out of a group',
    description: 'What the group’s roles gave to them ends at once.',
    scope: 'users:write',
    params: MemberId,
    status: 204,
    handle: ({ db, by, params }) => removeFromGroup(db, { groupId: params.group_id, accountId: params.account_id }, by),
  }),
];
