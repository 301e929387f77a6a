import type { Context } from 'koa';
import { authorize } from '../../access.ts';
import { resumeTeam, suspendTeam } from '../../teams/suspension.ts';
import { requireTeam } from '../../teams/teams.ts';
import { t } from '../../texts/texts.ts';
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
        title: t('teams.suspendTitle', { team: team.name }),
        consequences: [
          t('teams.suspendApps'),
          t('teams.suspendApis'),
          t('teams.suspendMembers'),
          t('teams.suspendResuming'),
        ],
        reason: t('teams.suspendReason'),
        button: t('teams.suspend'),
      };
    },
    async act(ctx) {
      const teamId = idOf(ctx);
      await suspendTeam(db, { teamId, reason: textOf(fieldsOf(ctx).reason) }, visitorOf(ctx).by);
      return { notice: t('teams.isSuspended'), to: `/teams/${teamId}` };
    },
  });
  addConfirmation(area, '/teams/:team/resume', {
    async ask(ctx) {
      const { team, ...frame } = await find(ctx);
      return {
        ...frame,
        title: t('teams.resumeTitle', { team: team.name }),
        consequences: [t('teams.resumeMeans')],
        button: t('teams.resume'),
      };
    },
    async act(ctx) {
      await resumeTeam(db, idOf(ctx), visitorOf(ctx).by);
      return { notice: t('teams.worksAgain'), to: `/teams/${idOf(ctx)}` };
    },
  });
}
