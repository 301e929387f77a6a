import { z } from 'zod';
import type { By } from '../../access.ts';
import type { Db } from '../../db/connections/connection.ts';
import { presentTeam } from '../../teams/present.ts';
import { resumeTeam, suspendTeam } from '../../teams/suspension.ts';
import {
  createTeam,
  deleteTeam,
  listTeams,
  NewTeam as NewTeamInput,
  renameTeam,
  requireTeam,
  TeamName,
  TeamQuery,
} from '../../teams/teams.ts';
import { operation } from '../operation.ts';
import { Id, ListQuery, pageOf, presentPage, Stop, Time } from '../shapes.ts';

const Team = z
  .object({
    id: z.string(),
    name: z.string(),
    created_at: Time,
    suspended_at: Time.nullable(),
    suspended_reason: z.string().nullable(),
  })
  .meta({ id: 'Team' });

export const TeamId = z.strictObject({ team_id: Id });
const NewTeam = NewTeamInput.meta({ id: 'NewTeam', examples: [{ name: 'Billing' }] });
const TeamChanges = z.strictObject({ name: TeamName }).meta({ id: 'TeamChanges', examples: [{ name: 'Billing' }] });

const { state, sort } = TeamQuery.shape;
const tag = 'Teams';

export const teamOperations = [
  operation({
    id: 'listTeams',
    method: 'GET',
    path: '/teams',
    tag,
    summary: 'The teams that you may see',
    description: 'The newest first, unless you say otherwise. `search` looks for a part of the name.',
    scope: 'teams:read',
    query: ListQuery.extend({ state: state.describe('Teams that work, or suspended ones.'), sort }),
    status: 200,
    result: pageOf(Team),
    handle: async ({ db, by, query }) => ({ body: presentPage(await listTeams(db, query, by), presentTeam) }),
  }),
  operation({
    id: 'createTeam',
    method: 'POST',
    path: '/teams',
    tag,
    summary: 'Start a team',
    description:
      'A person who starts a team owns it. A robot of the operator names the account to own it as `owner`; a robot of a team starts none.',
    scope: 'teams:write',
    body: NewTeam,
    status: 201,
    result: Team,
    idempotent: ({ db, by }, { id }) => requireTeam(db, id, 'team.write', by),
    async handle({ db, by, body }) {
      const team = await createTeam(db, body, by);
      return { body: presentTeam(team), version: team.version, location: `/teams/${team.id}` };
    },
  }),
  operation({
    id: 'getTeam',
    method: 'GET',
    path: '/teams/{team_id}',
    tag,
    summary: 'One team',
    scope: 'teams:read',
    params: TeamId,
    status: 200,
    result: Team,
    handle: ({ db, by, params }) => show(db, params.team_id, by),
  }),
  operation({
    id: 'updateTeam',
    method: 'PATCH',
    path: '/teams/{team_id}',
    tag,
    summary: 'Rename a team',
    scope: 'teams:write',
    params: TeamId,
    body: TeamChanges,
    status: 200,
    result: Team,
    conditional: true,
    async handle({ db, by, params, body, version }) {
      const team = await renameTeam(db, { teamId: params.team_id, name: body.name, version }, by);
      return { body: presentTeam(team), version: team.version };
    },
  }),
  operation({
    id: 'deleteTeam',
    method: 'DELETE',
    path: '/teams/{team_id}',
    tag,
    summary: 'End a team that owns nothing any more',
    scope: 'teams:write',
    params: TeamId,
    status: 204,
    conditional: true,
    handle: ({ db, by, params, version }) => deleteTeam(db, { id: params.team_id, version }, by),
  }),
  operation({
    id: 'suspendTeam',
    method: 'POST',
    path: '/teams/{team_id}/suspend',
    tag,
    summary: 'Stop all apps and APIs of a team',
    description: 'For administrators. Token requests fail, and the tokens that are out are refused.',
    scope: 'teams:write',
    params: TeamId,
    body: Stop,
    status: 200,
    result: Team,
    conditional: true,
    async handle({ db, by, params: { team_id: teamId }, body, version }) {
      await suspendTeam(db, { teamId, reason: body.reason, version }, by);
      return show(db, teamId, by);
    },
  }),
  operation({
    id: 'resumeTeam',
    method: 'POST',
    path: '/teams/{team_id}/resume',
    tag,
    summary: 'Let a team go on',
    description: 'For administrators. Tokens from before stay refused.',
    scope: 'teams:write',
    params: TeamId,
    status: 200,
    result: Team,
    conditional: true,
    async handle({ db, by, params: { team_id: id }, version }) {
      await resumeTeam(db, { id, version }, by);
      return show(db, id, by);
    },
  }),
];

async function show(db: Db, id: string, by: By) {
  const team = await requireTeam(db, id, 'team.read', by);
  return { body: presentTeam(team), version: team.version };
}
