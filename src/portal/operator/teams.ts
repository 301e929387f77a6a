import { authorize } from '../../access.ts';
import { countTeams, listTeams, TeamQuery } from '../../teams/teams.ts';
import { t } from '../../texts/texts.ts';
import { type Choice, leadOn, readList } from '../lists.ts';
import { inDate, inNumber } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame } from './frame.ts';

const sorts = () => [
  { sort: '-created', label: t('lists.newestFirst') },
  { sort: 'name', label: t('words.name') },
];

const stateChoice = (): Choice => ({
  name: 'state',
  label: t('lists.state'),
  any: t('lists.all'),
  options: [
    { value: 'active', label: t('lists.active') },
    { value: 'suspended', label: t('lists.suspended') },
  ],
});

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
      list: leadOn(ctx, teams, {
        query,
        count,
        noun: 'team',
        sorts: sorts(),
        usual: '-created',
        filters: [stateChoice()],
      }),
    });
  });
}
