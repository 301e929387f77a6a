import type { Context } from 'koa';
import { type Action, judgeAccess } from '../../access.ts';
import type { Team } from '../../db/tables/teams.ts';
import { findBelongings } from '../../teams/belongings.ts';
import { listInvitations } from '../../teams/invitations.ts';
import { countMembers, listMembers, MemberQuery } from '../../teams/list-members.ts';
import { requireTeam } from '../../teams/teams.ts';
import { t } from '../../texts/texts.ts';
import { type FormState, firstForm } from '../forms.ts';
import { leadOn, readList, stateOfPeople } from '../lists.ts';
import { inDate } from '../moments.ts';
import type { Area } from '../parts.ts';
import { type Visitor, visitorOf } from '../visits.ts';
import {
  hrefOf,
  presentBelongings,
  presentInvitation,
  presentInvited,
  presentMember,
  roleChoice,
} from './presenter.ts';

export const idOf = (ctx: Context) => String(ctx.params.team);

const sorts = () => [
  { sort: 'joined', label: t('teams.sinceHead') },
  { sort: 'name', label: t('words.name') },
];

/** Shows the page of a team, with a form that was refused. */
export type ShowTeam = (ctx: Context, form: FormState) => Promise<void>;

export function addTeamPage({ router, db, page, sendsMail }: Area): ShowTeam {
  const show: ShowTeam = async (ctx, form) => {
    const { by, account } = visitorOf(ctx);
    const team = await requireTeam(db, idOf(ctx), 'team.read', by);
    const query = readList(ctx, MemberQuery);
    const [members, count, invitations, { apps, apis }] = await Promise.all([
      listMembers(db, team.id, query, by),
      countMembers(db, team.id, query, by),
      listInvitations(db, team.id, by),
      findBelongings(db, team.id, by),
    ]);
    await page(ctx, 'teams/team', (flash) => ({
      name: team.name,
      href: hrefOf(team),
      created: inDate(team.created_at),
      suspended: suspensionOf(team),
      mayManage: judgeAccess(by, 'team.write', team.id) === 'allowed',
      mayLeave: by.access.teams.has(team.id),
      maySuspend: judgeAccess(by, 'platform.write', null) === 'allowed',
      members: members.rows.map((member) => presentMember(member, team.id, account.id)),
      list: leadOn(ctx, members, {
        query,
        path: hrefOf(team),
        count,
        noun: 'member',
        sorts: sorts(),
        usual: 'joined',
        filters: [roleChoice(), stateOfPeople()],
      }),
      invitations: invitations.map((invitation) => presentInvitation(invitation, by.now)),
      apps: presentBelongings(
        '/apps',
        apps.map((app) => ({ ...app, detail: t(`purposes.${app.type}`), stopped: app.disabled_at !== null })),
      ),
      apis: presentBelongings(
        '/apis',
        apis.map((api) => ({ ...api, detail: api.identifier, stopped: api.suspended_at !== null })),
      ),
      ...startsOf(team, by),
      invited: presentInvited(flash, sendsMail),
      form,
    }));
  };
  router.get('/teams/:team', (ctx) => show(ctx, firstForm(ctx)));
  return show;
}

/** Where something new of the team starts. The form of an API offers one's own teams only. */
function startsOf({ id }: Team, by: Visitor['by']) {
  const may = (action: Action) => by.access.teams.has(id) && judgeAccess(by, action, id) === 'allowed';
  return {
    newApp: may('app.write') ? `/apps/new?team=${id}` : undefined,
    newApi: may('api.write') ? `/apis/new?team=${id}` : undefined,
  };
}

function suspensionOf(team: Team): string | undefined {
  if (!team.suspended_at) return undefined;
  const reason = team.suspended_reason ?? '';
  const sentence = /[.!?…]$/.test(reason) ? reason : `${reason}.`;
  return t('teams.suspendedOn', { date: inDate(team.suspended_at), reason: sentence });
}
