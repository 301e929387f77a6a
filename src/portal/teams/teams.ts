import type { Context } from 'koa';
import { digestOf } from '../../http/shown.ts';
import { listOwnInvitations } from '../../teams/joining.ts';
import { leaveTeam } from '../../teams/members.ts';
import { countOwnTeams, listOwnTeams, OwnTeamQuery } from '../../teams/own-teams.ts';
import { createTeam, deleteTeam, renameTeam, requireTeam } from '../../teams/teams.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { addConfirmation } from '../confirm.ts';
import { makeOnce } from '../forms/once.ts';
import { fieldsOf, firstForm, formVersion, refusedForm, textOf, versionOf } from '../forms.ts';
import { leadOn, readList } from '../lists.ts';
import { inDate, inNumber } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { addInvitations } from './invitations.ts';
import { addMembers } from './members.ts';
import { hrefOf, nameOfRole, roleChoice, teamCrumbs } from './presenter.ts';
import { addSuspension } from './suspension.ts';
import { addTeamPage, idOf } from './team-page.ts';

const sorts = () => [
  { sort: 'name', label: t('words.name') },
  { sort: '-joined', label: t('teams.sinceHead') },
];

/** Teams: who owns apps and APIs together. */
export function addTeams(area: Area): void {
  addTeamList(area);
  const showTeam = addTeamPage(area);
  addMembers(area, showTeam);
  addInvitations(area, showTeam);
  addSuspension(area);
  addRename(area);
  addEndings(area);
}

function addTeamList(area: Area): void {
  const { router, db, page } = area;
  router.get('/teams', async (ctx) => {
    const { by } = visitorOf(ctx);
    const query = readList(ctx, OwnTeamQuery);
    const [teams, count, invitations] = await Promise.all([
      listOwnTeams(db, query, by),
      countOwnTeams(db, query, by),
      listOwnInvitations(db, by),
    ]);
    await page(ctx, 'teams/list', {
      teams: teams.rows.map((team) => ({
        href: hrefOf(team),
        name: team.name,
        role: nameOfRole(team.role),
        members: inNumber(team.members),
        since: inDate(team.joined_at),
        suspended: team.suspended_at !== null,
      })),
      list: leadOn(ctx, teams, { query, count, noun: 'team', sorts: sorts(), usual: 'name', filters: [roleChoice()] }),
      invitations: invitations.map(({ id, teamName, role }) => ({
        accept: `/invitations/${id}/accept`,
        shown: digestOf([teamName, role]),
        text: t('teams.youAreInvited', { team: teamName ?? '', role: role ?? 'viewer' }),
      })),
    });
  });

  router.get('/teams/new', (ctx) => page(ctx, 'teams/new', { form: firstForm(ctx) }));

  router.post('/teams', async (ctx) => {
    try {
      await makeOnce(area, ctx, async (db) => {
        const team = await createTeam(db, { name: textOf(fieldsOf(ctx).name) }, visitorOf(ctx).by);
        return { to: hrefOf(team), flash: { notice: t('teams.created', { team: team.name }) } };
      });
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await page(ctx, 'teams/new', { form });
    }
  });
}

function addRename({ router, db, page, visits }: Area): void {
  const find = (ctx: Context) => requireTeam(db, idOf(ctx), 'team.write', visitorOf(ctx).by);

  router.get('/teams/:team/rename', async (ctx) => {
    const { id, name, version } = await find(ctx);
    await page(ctx, 'teams/rename', {
      href: `/teams/${id}`,
      name,
      version: formVersion(ctx, version),
      form: firstForm(ctx),
    });
  });

  router.post('/teams/:team/rename', async (ctx) => {
    const fields = fieldsOf(ctx);
    try {
      const change = { teamId: idOf(ctx), name: textOf(fields.name), version: versionOf(fields) };
      const team = await renameTeam(db, change, visitorOf(ctx).by);
      await visits.leave(ctx, { notice: t('teams.renamed', { team: team.name }) });
      redirect(ctx, hrefOf(team));
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      const { id, name, version } = await find(ctx);
      await page(ctx, 'teams/rename', { href: `/teams/${id}`, name, version: String(version), form });
    }
  });
}

function addEndings(area: Area): void {
  const { db } = area;
  addConfirmation(area, '/teams/:team/leave', {
    async ask(ctx) {
      const team = await requireTeam(db, idOf(ctx), 'team.read', visitorOf(ctx).by);
      return {
        title: t('teams.leaveTitle', { team: team.name }),
        crumbs: teamCrumbs(team),
        consequences: [t('teams.leaveSees'), t('teams.leaveBack')],
        button: t('teams.leave'),
        cancel: hrefOf(team),
      };
    },
    async act(ctx) {
      await leaveTeam(db, idOf(ctx), visitorOf(ctx).by);
      return { notice: t('teams.left'), to: '/teams' };
    },
  });
  addConfirmation(area, '/teams/:team/delete', {
    async ask(ctx) {
      const team = await requireTeam(db, idOf(ctx), 'team.write', visitorOf(ctx).by);
      return {
        title: t('teams.deleteTitle', { team: team.name }),
        crumbs: teamCrumbs(team),
        consequences: [t('teams.deleteOnlyEmpty'), t('teams.deleteMembers')],
        button: t('teams.delete'),
        typed: team.name,
        cancel: hrefOf(team),
      };
    },
    async act(ctx) {
      await deleteTeam(db, idOf(ctx), visitorOf(ctx).by);
      return { notice: t('teams.deleted'), to: '/teams' };
    },
  });
}
