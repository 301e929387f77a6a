import type { Context } from 'koa';
import { requireShown } from '../../http/shown.ts';
import { changeMemberRole, removeMember, requireMember } from '../../teams/members.ts';
import { requireTeam } from '../../teams/teams.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { addConfirmation } from '../confirm.ts';
import { fieldsOf, refusedForm, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { hrefOf, meaningOf, teamCrumbs } from './presenter.ts';
import { idOf, type ShowTeam } from './team-page.ts';

export function addMembers(area: Area, showTeam: ShowTeam): void {
  const { router, db, visits } = area;
  const memberOf = (ctx: Context) => ({ teamId: idOf(ctx), accountId: String(ctx.params.member) });

  router.post('/teams/:team/members/:member', async (ctx) => {
    const role = textOf(fieldsOf(ctx).role);
    try {
      await requireTeam(db, idOf(ctx), 'team.write', visitorOf(ctx).by);
      requireShown(ctx, meaningOf(await requireMember(db, memberOf(ctx))));
      await changeMemberRole(db, { ...memberOf(ctx), role }, visitorOf(ctx).by);
      await visits.leave(ctx, { notice: t('teams.roleChanged') });
      redirect(ctx, `/teams/${idOf(ctx)}`);
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await showTeam(ctx, form);
    }
  });

  addConfirmation(area, '/teams/:team/members/:member/remove', {
    async ask(ctx) {
      const team = await requireTeam(db, idOf(ctx), 'team.write', visitorOf(ctx).by);
      const member = await requireMember(db, memberOf(ctx));
      return {
        title: t('teams.removeTitle', { name: member.name, email: member.email, team: team.name }),
        crumbs: teamCrumbs(team),
        consequences: [t('teams.removeSees'), t('teams.removeSecrets')],
        button: t('teams.removeButton'),
        cancel: hrefOf(team),
      };
    },
    async act(ctx) {
      await removeMember(db, memberOf(ctx), visitorOf(ctx).by);
      return { notice: t('teams.removed'), to: `/teams/${idOf(ctx)}` };
    },
  });
}
