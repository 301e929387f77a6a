import type { Context } from 'koa';
import { listGroupsOf } from '../../accounts/groups.ts';
import { disableAccount, enableAccount, endSessions } from '../../accounts/lifecycle.ts';
import { countSessions, requirePerson } from '../../accounts/people.ts';
import { setPlatformRole } from '../../accounts/platform-roles.ts';
import { listRolesOf } from '../../apis/role-holders.ts';
import { Reason } from '../../teams/suspension.ts';
import { listTeamsOf } from '../../teams/teams.ts';
import { redirect } from '../answers.ts';
import { addConfirmation } from '../confirm.ts';
import { emptyForm, type FormState, fieldsOf, refusedForm, textOf, versionOf } from '../forms.ts';
import { inDate } from '../moments.ts';
import type { Area } from '../routes.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame, requireChange } from './frame.ts';

const idOf = (ctx: Context) => String(ctx.params.person);
const hrefOf = (ctx: Context) => `/operator/people/${idOf(ctx)}`;

function inBrowsers(count: number): string {
  if (count === 0) return 'nowhere';
  return count === 1 ? 'in one browser' : `in ${count} browsers`;
}

/** One person, with what they may do and why. */
export function addPerson(area: Area): void {
  const { router, db, page, visits } = area;

  const show = async (ctx: Context, form: FormState) => {
    const { by } = visitorOf(ctx);
    const id = idOf(ctx);
    const person = await requirePerson(db, id, by);
    const [teams, roles, groups, sessions] = await Promise.all([
      listTeamsOf(db, id, by),
      listRolesOf(db, id, by),
      listGroupsOf(db, id, by),
      countSessions(db, id, by),
    ]);
    await page(ctx, 'operator/person', {
      ...operatorFrame(ctx),
      href: hrefOf(ctx),
      id,
      name: person.name,
      email: person.email,
      since: inDate(person.created_at),
      disabled: person.disabled_at ? `Disabled since ${inDate(person.disabled_at)}.` : undefined,
      sessions: inBrowsers(sessions),
      platformRole: person.platform_role ?? 'none',
      version: String(person.version),
      teams: teams.map((team) => ({ href: `/teams/${team.id}`, name: team.name, detail: team.role })),
      roles: roles.map((role) => ({
        href: `/apis/${role.apiId}/roles/${role.id}`,
        name: `${role.name} of ${role.apiName}`,
        detail: role.groupName ? `by the group ${role.groupName}` : 'directly',
      })),
      groups: groups.map((group) => ({ href: `/operator/groups/${group.id}`, name: group.name, detail: '' })),
      form,
    });
  };

  router.get('/operator/people/:person', (ctx) => {
    requireChange(ctx, 'platform.read');
    return show(ctx, emptyForm);
  });

  router.post('/operator/people/:person/role', async (ctx) => {
    const fields = fieldsOf(ctx);
    try {
      const change = { accountId: idOf(ctx), role: textOf(fields.role), version: versionOf(fields) };
      await setPlatformRole(db, change, visitorOf(ctx).by);
      await visits.leave(ctx, { notice: 'The role is changed.' });
      redirect(ctx, hrefOf(ctx));
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await show(ctx, form);
    }
  });

  router.post('/operator/people/:person/enable', async (ctx) => {
    await enableAccount(db, idOf(ctx), visitorOf(ctx).by);
    await visits.leave(ctx, { notice: 'They can sign in again.' });
    redirect(ctx, hrefOf(ctx));
  });

  addEndings(area);
}

function addEndings(area: Area): void {
  const { db } = area;
  const frameOf = async (ctx: Context) => {
    requireChange(ctx);
    const person = await requirePerson(db, idOf(ctx), visitorOf(ctx).by);
    const crumbs = [
      { href: '/operator/people', label: 'People' },
      { href: hrefOf(ctx), label: person.name },
    ];
    return { person, frame: { crumbs, cancel: hrefOf(ctx) } };
  };

  addConfirmation(area, '/operator/people/:person/disable', {
    async ask(ctx) {
      const { person, frame } = await frameOf(ctx);
      return {
        ...frame,
        title: `Disable ${person.name}?`,
        consequences: [
          'They are signed out everywhere and cannot sign in.',
          'Apps can no longer act for them, and tokens that are out are refused.',
          'Their teams and roles stay, for when they are enabled again.',
        ],
        reason: 'It is kept in the audit trail.',
        button: 'Disable',
      };
    },
    async act(ctx) {
      const reason = Reason.parse(textOf(fieldsOf(ctx).reason));
      await disableAccount(db, { accountId: idOf(ctx), reason }, visitorOf(ctx).by);
      return { notice: 'They are disabled and signed out everywhere.', to: hrefOf(ctx) };
    },
  });
  addConfirmation(area, '/operator/people/:person/end-sessions', {
    async ask(ctx) {
      const { person, frame } = await frameOf(ctx);
      return {
        ...frame,
        title: `Sign ${person.name} out everywhere?`,
        consequences: ['Every browser has to sign in again. Apps that they let act while they are away go on.'],
        button: 'Sign out everywhere',
      };
    },
    async act(ctx) {
      await endSessions(db, idOf(ctx), visitorOf(ctx).by);
      return { notice: 'They are signed out everywhere.', to: hrefOf(ctx) };
    },
  });
}
