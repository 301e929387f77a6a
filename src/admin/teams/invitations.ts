import { z } from 'zod';
import { invite, listInvitations, NewInvitation, withdrawInvitationOf } from '../../teams/invitations.ts';
import { TeamRoleName } from '../../teams/members.ts';
import { presentInvitation } from '../../teams/present.ts';
import { requireTeam } from '../../teams/teams.ts';
import { operation } from '../operation.ts';
import { Id, listOf } from '../shapes.ts';
import { Invitation } from './invitation-shape.ts';
import { TeamId } from './teams.ts';

const NewTeamInvitation = z
  .strictObject({ email: NewInvitation.shape.email, role: TeamRoleName })
  .meta({ id: 'NewTeamInvitation' });
const InvitationId = TeamId.extend({ invitation_id: Id });
const tag = 'Teams';

export const invitationOperations = [
  operation({
    id: 'listTeamInvitations',
    method: 'GET',
    path: '/teams/{team_id}/invitations',
    tag,
    summary: 'The open invitations into a team',
    scope: 'teams:read',
    params: TeamId,
    status: 200,
    result: listOf(Invitation),
    async handle({ db, by, params }) {
      return { body: { data: (await listInvitations(db, params.team_id, by)).map(presentInvitation) } };
    },
  }),
  operation({
    id: 'inviteIntoTeam',
    method: 'POST',
    path: '/teams/{team_id}/invitations',
    tag,
    summary: 'Invite somebody into a team',
    description:
      'They get a mail with a code, which is known to nobody else. An open invitation of the same address ends.',
    scope: 'teams:write',
    params: TeamId,
    body: NewTeamInvitation,
    status: 201,
    result: Invitation,
    idempotent: ({ db, by, params }) => requireTeam(db, params.team_id, 'team.write', by),
    async handle({ db, by, outbox, params, body }) {
      const { invitation } = await invite(db, outbox, { ...body, teamId: params.team_id }, by);
      return { body: presentInvitation(invitation) };
    },
  }),
  operation({
    id: 'withdrawTeamInvitation',
    method: 'DELETE',
    path: '/teams/{team_id}/invitations/{invitation_id}',
    tag,
    summary: 'Withdraw an invitation into a team',
    scope: 'teams:write',
    params: InvitationId,
    status: 204,
    handle: ({ db, by, params }) =>
      withdrawInvitationOf(db, { teamId: params.team_id, invitationId: params.invitation_id }, by),
  }),
];
