import { createTeam, listTeamsOf } from '../teams/teams.ts';
import { redirect } from './answers.ts';
import { emptyForm, fieldsOf, refusedForm, textOf } from './forms.ts';
import type { Area } from './routes.ts';
import { visitorOf } from './visits.ts';

/** Teams: who owns apps and APIs together. */
export function addTeams({ router, db, page, visits }: Area): void {
  router.get('/teams', async (ctx) => {
    const { account, by } = visitorOf(ctx);
    const teams = await listTeamsOf(db, account.id, by);
    await page(ctx, 'teams/list', {
      teams: teams.map((team) => ({
        href: `/teams/${team.id}`,
        name: team.name,
        role: team.role,
        suspended: team.suspended_at !== null,
      })),
    });
  });

  router.get('/teams/new', (ctx) => page(ctx, 'teams/new', { form: emptyForm }));

  router.post('/teams', async (ctx) => {
    try {
      const team = await createTeam(db, { name: textOf(fieldsOf(ctx).name) }, visitorOf(ctx).by);
      await visits.leave(ctx, { notice: `Created the team ${team.name}.` });
      redirect(ctx, '/teams');
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await page(ctx, 'teams/new', { form });
    }
  });
}
