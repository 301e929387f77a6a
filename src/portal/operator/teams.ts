import { authorize } from '../../access.ts';
import { listTeams } from '../../teams/teams.ts';
import { leadOn, listRequest } from '../lists.ts';
import { inDate } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame } from './frame.ts';

/** Every team there is; what can be done to one is on its own page. */
export function addAllTeams({ router, db, page }: Area): void {
  router.get('/operator/teams', async (ctx) => {
    const { by } = visitorOf(ctx);
    authorize(by, 'platform.read', null);
    const teams = await listTeams(db, listRequest(ctx), by);
    await page(ctx, 'operator/teams', {
      ...operatorFrame(ctx),
      teams: teams.rows.map((team) => ({
        href: `/teams/${team.id}`,
        name: team.name,
        since: inDate(team.created_at),
        suspended: team.suspended_at !== null,
      })),
      list: leadOn(ctx, teams),
    });
  });
}
