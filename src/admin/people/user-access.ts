import { z } from 'zod';
import { endSessionsFor, listSessionsOf, requireNewPassword } from '../../accounts/from-above.ts';
import { giveReset } from '../../accounts/links/reset.ts';
import type { OwnSession } from '../../accounts/own/sessions.ts';
import { operation } from '../operation.ts';
import { Id, listOf, Time } from '../shapes.ts';

const UserId = z.strictObject({ user_id: Id });
const SessionId = z.strictObject({ user_id: Id, session_id: Id });
const tag = 'Users';

const Session = z
  .object({
    id: z.string(),
    browser: z.string(),
    system: z.string(),
    network: z.string(),
    since: Time,
    last_seen_at: Time,
  })
  .meta({ id: 'Session' });
const NewResetLink = z
  .strictObject({ by: z.enum(['mail', 'hand'], 'Choose mail or hand.') })
  .meta({ id: 'NewResetLink', examples: [{ by: 'hand' }] });
const ResetLink = z.object({ url: z.string().nullable(), expires_at: Time }).meta({ id: 'ResetLink' });

const presentSession = ({ id, browser, system, network, since, seen }: OwnSession) => ({
  id,
  browser,
  system,
  network,
  since: since.toISOString(),
  last_seen_at: seen.toISOString(),
});

/** How a person gets in: a new password, and their sessions. */
export const userAccessOperations = [
  operation({
    id: 'makeResetLink',
    method: 'POST',
    path: '/users/{user_id}/reset-link',
    tag,
    summary: 'Let a person choose a new password',
    description:
      'Makes a link that works once: `mail` sends it to their address and it works for an hour; `hand` answers with it, to be handed over within ' +
      'a day. An earlier one ends. The password stays until the link is used, and a second factor is asked for as ever.',
    scope: 'users:write',
    params: UserId,
    body: NewResetLink,
    status: 200,
    result: ResetLink,
    async handle({ db, by, outbox, params, body }) {
      const wanted = { accountId: params.user_id, byMail: body.by === 'mail' };
      const { url, ends } = await giveReset(db, outbox, wanted, by);
      return { body: { url: url ?? null, expires_at: ends.toISOString() } };
    },
  }),
  operation({
    id: 'requireNewPassword',
    method: 'POST',
    path: '/users/{user_id}/require-new-password',
    tag,
    summary: 'Have a person choose a new password at the next sign-in',
    description:
      'They are told by mail. Sessions and tokens go on; end them too where the password may be known to others.',
    scope: 'users:write',
    params: UserId,
    status: 204,
    handle: ({ db, by, outbox, params }) => requireNewPassword(db, outbox, params.user_id, by),
  }),
  operation({
    id: 'listSessions',
    method: 'GET',
    path: '/users/{user_id}/sessions',
    tag,
    summary: 'Where a person is signed in',
    description: 'The 100 that were seen last.',
    scope: 'users:read',
    params: UserId,
    status: 200,
    result: listOf(Session),
    async handle({ db, by, params }) {
      return { body: { data: (await listSessionsOf(db, params.user_id, by)).map(presentSession) } };
    },
  }),
  operation({
    id: 'endSession',
    method: 'DELETE',
    path: '/users/{user_id}/sessions/{session_id}',
    tag,
    summary: 'Sign a person out in one place',
    description: 'They are told by mail. Apps stay connected.',
    scope: 'users:write',
    params: SessionId,
    status: 204,
    handle: ({ db, by, outbox, params }) =>
      endSessionsFor(db, outbox, { accountId: params.user_id, session: params.session_id }, by),
  }),
];
