import { z } from 'zod';
import { authorize } from '../../access.ts';
import { invite, listInvitations, NewInvitation, withdrawInvitationOf } from '../../teams/invitations.ts';
import { presentInvitation } from '../../teams/present.ts';
import { operation } from '../operation.ts';
import { Id, listOf } from '../shapes.ts';
import { Invitation } from '../teams/invitation-shape.ts';

const NewAccountInvitation = z.strictObject({ email: NewInvitation.shape.email }).meta({ id: 'NewAccountInvitation' });
const InvitationId = z.strictObject({ invitation_id: Id });
const tag = 'Users';

export const accountInvitationOperations = [
  operation({
    id: 'listInvitations',
    method: 'GET',
    path: '/invitations',
    tag,
    summary: 'The open invitations to an account',
    description: 'Those into a team are with the team.',
    scope: 'users:read',
    status: 200,
    result: listOf(Invitation),
    async handle({ db, by }) {
      return { body: { data: (await listInvitations(db, undefined, by)).map(presentInvitation) } };
    },
  }),
  operation({
    id: 'inviteUser',
    method: 'POST',
    path: '/invitations',
    tag,
    summary: 'Invite somebody to an account',
    description: 'They get a mail with a code, which is known to nobody else, and choose a name and a password.',
    scope: 'users:write',
    body: NewAccountInvitation,
    status: 201,
    result: Invitation,
    idempotent: ({ by }) => authorize(by, 'platform.write', null),
    async handle({ db, by, outbox, body }) {
      const { invitation } = await invite(db, outbox, body, by);
      return { body: presentInvitation(invitation) };
    },
  }),
  operation({
    id: 'withdrawInvitation',
    method: 'DELETE',
    path: '/invitations/{invitation_id}',
    tag,
    summary: 'Withdraw an invitation to an account',
    scope: 'users:write',
    params: InvitationId,
    status: 204,
    handle: ({ db, by, params }) =>
      withdrawInvitationOf(db, { teamId: undefined, invitationId: params.invitation_id }, by),
  }),
];
