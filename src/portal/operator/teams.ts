import { authorize } from '../../access.ts';
import { countTeams, listTeams, TeamQuery } from '../../teams/teams.ts';
import { type Choice, leadOn, readList } from '../lists.ts';
import { inDate, inNumber } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame } from './frame.ts';

const SORTS = [
  { sort: '-created', label: 'Newest first' },
  { sort: 'name', label: 'Name' },
];

const STATE: Choice = {
  name: 'state',
  label: 'State',
  any: 'All',
  options: [
    { value: 'active', label: 'Active' },
    { value: 'suspended', label: 'Suspended' },
  ],
};

/** Every team there is; what can be done to one is on its own page. */
export function addAllTeams({ router, db, page }: Area): void {
  router.get('/operator/teams', async (ctx) => {
    const { by } = visitorOf(ctx);
    authorize(by, 'platform.read', null);
    const query = readList(ctx, TeamQuery);
    const [teams, count] = await Promise.all([listTeams(db, query, by), countTeams(db, query, by)]);
    await page(ctx, 'operator/teams', {
      ...operatorFrame(ctx),
      teams: teams.rows.map((team) => ({
        href: `/teams/${team.id}`,
        name: team.name,
        members: inNumber(Number(team.members)),
        since: inDate(team.created_at),
        suspended: team.suspended_at !== null,
      })),
      list: leadOn(ctx, teams, { query, count, noun: 'team', sorts: SORTS, usual: '-created', filters: [STATE] }),
    });
  });
}
