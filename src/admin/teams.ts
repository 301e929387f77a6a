import { z } from 'zod';
import { PageQuery } from '../db/pages.ts';
import type { Team } from '../db/team-tables.ts';
import { createTeam, listTeams, NewTeam, requireTeam } from '../teams/teams.ts';
import { operation } from './operation.ts';
import { pageOf, presentPage, Time } from './shapes.ts';

const TeamShape = z
  .object({
    id: z.string(),
    name: z.string(),
    created_at: Time,
    suspended_at: Time.nullable(),
  })
  .meta({ title: 'Team' });

const present = (team: Team): z.input<typeof TeamShape> => ({
  id: team.id,
  name: team.name,
  created_at: team.created_at.toISOString(),
  suspended_at: team.suspended_at?.toISOString() ?? null,
});

const TeamId = z.object({ team_id: z.string() });

export const teamOperations = [
  operation({
    id: 'listTeams',
    method: 'GET',
    path: '/teams',
    tag: 'Teams',
    summary: 'The teams that you may see',
    scope: 'teams:read',
    query: PageQuery,
    status: 200,
    result: pageOf(TeamShape),
    handle: async ({ db, by, query }) => ({ body: presentPage(await listTeams(db, query, by), present) }),
  }),
  operation({
    id: 'createTeam',
    method: 'POST',
    path: '/teams',
    tag: 'Teams',
    summary: 'Start a team',
    scope: 'teams:write',
    body: NewTeam,
    status: 201,
    result: TeamShape,
    idempotent: true,
    async handle({ db, by, body }) {
      const team = await createTeam(db, body, by);
      return { body: present(team), version: team.version, location: `/teams/${team.id}` };
    },
  }),
  operation({
    id: 'getTeam',
    method: 'GET',
    path: '/teams/{team_id}',
    tag: 'Teams',
    summary: 'One team',
    scope: 'teams:read',
    params: TeamId,
    status: 200,
    result: TeamShape,
    async handle({ db, by, params }) {
      const team = await requireTeam(db, params.team_id, 'team.read', by);
      return { body: present(team), version: team.version };
    },
  }),
];
