import type { Context } from 'koa';
import { authorize } from '../../access.ts';
import { resumeTeam, suspendTeam } from '../../teams/suspension.ts';
import { requireTeam } from '../../teams/teams.ts';
import { addConfirmation } from '../confirm.ts';
import { fieldsOf, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { hrefOf, teamCrumbs } from './presenter.ts';
import { idOf } from './team-page.ts';

/** For who looks after the server. */
export function addSuspension(area: Area): void {
  const { db } = area;
  const find = async (ctx: Context) => {
    const { by } = visitorOf(ctx);
    authorize(by, 'platform.write', null);
    const team = await requireTeam(db, idOf(ctx), 'team.read', by);
    return { team, crumbs: teamCrumbs(team), cancel: hrefOf(team) };
  };

  addConfirmation(area, '/teams/:team/suspend', {
    async ask(ctx) {
      const { team, ...frame } = await find(ctx);
      return {
        ...frame,
        title: `Suspend ${team.name}?`,
        consequences: [
          'Every app of the team stops: its next token request fails, and the tokens that it holds are refused.',
          'Every API of the team stops for all apps.',
          'Its members can look and change nothing.',
          'Resuming brings back just what was, with new tokens.',
        ],
        reason: 'The members read it, and it is kept in the audit trail.',
        button: 'Suspend the team',
      };
    },
    async act(ctx) {
      const teamId = idOf(ctx);
      await suspendTeam(db, { teamId, reason: textOf(fieldsOf(ctx).reason) }, visitorOf(ctx).by);
      return { notice: 'The team is suspended.', to: `/teams/${teamId}` };
    },
  });
  addConfirmation(area, '/teams/:team/resume', {
    async ask(ctx) {
      const { team, ...frame } = await find(ctx);
      return {
        ...frame,
        title: `Resume ${team.name}?`,
        consequences: ['Its apps and APIs work again as they did before. Tokens from before stay refused.'],
        button: 'Resume the team',
      };
    },
    async act(ctx) {
      await resumeTeam(db, idOf(ctx), visitorOf(ctx).by);
      return { notice: 'The team works again.', to: `/teams/${idOf(ctx)}` };
    },
  });
}
