import { z } from 'zod';
import { authorize, type By } from '../../access.ts';
import { deletePerson } from '../../accounts/delete-person.ts';
import { endSessionsFor } from '../../accounts/from-above.ts';
import { disableAccount, enableAccount } from '../../accounts/lifecycle.ts';
import { listPeople, PersonQuery } from '../../accounts/list-people.ts';
import { NewPerson, registerPerson, requirePerson } from '../../accounts/people.ts';
import { setPlatformRole } from '../../accounts/platform-roles.ts';
import { presentListedPerson, presentPerson } from '../../accounts/present.ts';
import { PersonChanges, updatePerson } from '../../accounts/update-person.ts';
import type { Db } from '../../db/connections/connection.ts';
import { operation } from '../operation.ts';
import { Id, ListQuery, pageOf, presentPage, Stop, Time } from '../shapes.ts';

const PlatformRole = z.enum(['admin', 'auditor'], 'Choose admin or auditor, or null for neither.').nullable();

const User = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    given_name: z.string().nullable(),
    family_name: z.string().nullable(),
    nickname: z.string().nullable(),
    preferred_username: z.string().nullable(),
    picture: z.string().nullable(),
    platform_role: PlatformRole,
    email_verified_at: Time.nullable(),
    created_at: Time,
    updated_at: Time,
    disabled_at: Time.nullable(),
  })
  .meta({ id: 'User' });

const ListedUser = User.extend({ last_sign_in_at: Time.nullable() }).meta({ id: 'ListedUser' });
const UserId = z.strictObject({ user_id: Id });
const NewUser = NewPerson.meta({ id: 'NewUser' });
const UserChanges = PersonChanges.meta({ id: 'UserChanges', examples: [{ email: 'grace@example.com' }] });
const RoleOnPlatform = z
  .strictObject({ platform_role: PlatformRole })
  .meta({ id: 'RoleOnPlatform', examples: [{ platform_role: 'auditor' }] });

const { role, state, sort } = PersonQuery.shape;
const tag = 'Users';
const change = { tag, scope: 'users:write', params: UserId, status: 200, result: User, conditional: true } as const;

export const userOperations = [
  operation({
    id: 'listUsers',
    method: 'GET',
    path: '/users',
    tag,
    summary: 'People',
    description: 'The newest first, unless you say otherwise. `search` looks for a part of the name or of the address.',
    scope: 'users:read',
    query: ListQuery.extend({
      role: role.meta({ description: 'What they may do beyond their teams.', examples: ['auditor'] }),
      state: state.describe('People who may sign in, or those who may not.'),
      sort,
    }),
    status: 200,
    result: pageOf(ListedUser),
    handle: async ({ db, by, query }) => ({ body: presentPage(await listPeople(db, query, by), presentListedPerson) }),
  }),
  operation({
    id: 'createUser',
    method: 'POST',
    path: '/users',
    tag,
    summary: 'Register a person',
    description:
      'With a first password. Their address counts as verified. To let people choose one, invite them instead.',
    scope: 'users:write',
    body: NewUser,
    status: 201,
    result: User,
    idempotent: ({ by }) => authorize(by, 'platform.write', null),
    async handle({ db, by, body }) {
      const person = await registerPerson(db, body, by);
      return { body: presentPerson(person), version: person.version, location: `/users/${person.id}` };
    },
  }),
  operation({
    id: 'getUser',
    method: 'GET',
    path: '/users/{user_id}',
    tag,
    summary: 'One person',
    scope: 'users:read',
    params: UserId,
    status: 200,
    result: User,
    handle: ({ db, by, params }) => show(db, params.user_id, by),
  }),
  operation({
    ...change,
    id: 'updateUser',
    method: 'PATCH',
    path: '/users/{user_id}',
    summary: 'Change a name, an address or a profile',
    description:
      'A new address counts as verified. The next tokens and UserInfo answers carry what is new; sessions and tokens go on.',
    body: UserChanges,
    async handle({ db, by, params: { user_id: accountId }, body, version }) {
      const person = await updatePerson(db, { accountId, changes: body, version }, by);
      return { body: presentPerson(person), version: person.version };
    },
  }),
  operation({
    id: 'deleteUser',
    method: 'DELETE',
    path: '/users/{user_id}',
    tag,
    summary: 'Remove a person for good',
    description:
      'Every session ends, every token on their behalf is refused, and no open invitation from or to them opens anything. ' +
      'Refused for the last administrator, for the last owner of a team, and for oneself.',
    scope: 'users:write',
    params: UserId,
    status: 204,
    conditional: true,
    handle: ({ db, by, params, version }) => deletePerson(db, { id: params.user_id, version }, by),
  }),
  operation({
    ...change,
    id: 'disableUser',
    method: 'POST',
    path: '/users/{user_id}/disable',
    summary: 'Stop a person',
    description: 'Every session ends, and every token on their behalf is refused.',
    body: Stop,
    async handle({ db, by, params: { user_id: accountId }, body, version }) {
      await disableAccount(db, { accountId, reason: body.reason, version }, by);
      return show(db, accountId, by);
    },
  }),
  operation({
    ...change,
    id: 'enableUser',
    method: 'POST',
    path: '/users/{user_id}/enable',
    summary: 'Let a person sign in again',
    async handle({ db, by, params: { user_id: id }, version }) {
      await enableAccount(db, { id, version }, by);
      return show(db, id, by);
    },
  }),
  operation({
    ...change,
    id: 'setPlatformRole',
    method: 'PUT',
    path: '/users/{user_id}/platform-role',
    summary: 'Say what a person may do beyond their teams',
    description: 'An administrator may do everything, an auditor read everything. Somebody stays administrator.',
    body: RoleOnPlatform,
    async handle({ db, by, params: { user_id: accountId }, body, version }) {
      await setPlatformRole(db, { accountId, role: body.platform_role ?? 'none', version }, by);
      return show(db, accountId, by);
    },
  }),
  operation({
    id: 'endSessions',
    method: 'POST',
    path: '/users/{user_id}/end-sessions',
    tag,
    summary: 'Sign a person out everywhere',
    description: 'Of this server. They are told by mail. Apps stay connected.',
    scope: 'users:write',
    params: UserId,
    status: 204,
    handle: ({ db, by, outbox, params }) => endSessionsFor(db, outbox, { accountId: params.user_id }, by),
  }),
];

async function show(db: Db, id: string, by: By) {
  const person = await requirePerson(db, id, by);
  return { body: presentPerson(person), version: person.version };
}
