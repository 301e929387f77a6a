import { z } from 'zod';
import { listMembers, MemberQuery } from '../../teams/list-members.ts';
import { changeMemberRole, removeMember, TeamRoleName } from '../../teams/members.ts';
import { presentMember } from '../../teams/present.ts';
import { operation } from '../operation.ts';
import { Id, ListQuery, pageOf, presentPage, Time } from '../shapes.ts';
import { TeamId } from './teams.ts';

const Member = z
  .object({
    account_id: z.string(),
    name: z.string(),
    email: z.string(),
    role: TeamRoleName,
    disabled: z.boolean(),
    joined_at: Time,
  })
  .meta({ id: 'Member' });

const MemberId = TeamId.extend({ account_id: Id });
const RoleInTeam = z.strictObject({ role: TeamRoleName }).meta({ id: 'RoleInTeam' });
const { role, state, sort } = MemberQuery.shape;
const filters = { role, state: state.describe('People who may sign in, or those who may not.'), sort };
const tag = 'Teams';

export const memberOperations = [
  operation({
    id: 'listMembers',
    method: 'GET',
    path: '/teams/{team_id}/members',
    tag,
    summary: 'Who is in a team',
    description:
      'In the order in which they joined, unless you say otherwise. `search` looks for a part of the name or of the address.',
    scope: 'teams:read',
    params: TeamId,
    query: ListQuery.extend(filters),
    status: 200,
    result: pageOf(Member),
    async handle({ db, by, params, query }) {
      return { body: presentPage(await listMembers(db, params.team_id, query, by), presentMember) };
    },
  }),
  operation({
    id: 'changeMemberRole',
    method: 'PUT',
    path: '/teams/{team_id}/members/{account_id}/role',
    tag,
    summary: 'Give a member another role',
    description: 'A team always keeps an owner.',
    scope: 'teams:write',
    params: MemberId,
    body: RoleInTeam,
    status: 204,
    handle: ({ db, by, params, body }) =>
      changeMemberRole(db, { teamId: params.team_id, accountId: params.account_id, role: body.role }, by),
  }),
  operation({
    id: 'removeMember',
    method: 'DELETE',
    path: '/teams/{team_id}/members/{account_id}',
    tag,
    summary: 'Take somebody out of a team',
    description: 'A team always keeps an owner.',
    scope: 'teams:write',
    params: MemberId,
    status: 204,
    handle: ({ db, by, params }) => removeMember(db, { teamId: params.team_id, accountId: params.account_id }, by),
  }),
];
