import type { Context } from 'koa';
import { enableAccount } from '../../accounts/lifecycle.ts';
import { countSessions, requirePerson } from '../../accounts/people.ts';
import { setPlatformRole } from '../../accounts/platform-roles.ts';
import { updatePerson } from '../../accounts/update-person.ts';
import { listGroupsOf } from '../../roles/groups.ts';
import { listRolesOf } from '../../roles/holders.ts';
import { listTeamsOf } from '../../teams/teams.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { profileFieldsOf } from '../forms/profile-fields.ts';
import { type FormState, fieldsOf, firstForm, formVersion, refusedForm, textOf, versionOf } from '../forms.ts';
import { inDate } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame, requireChange } from './frame.ts';
import { addPersonAccess } from './person-access.ts';
import { addPersonEnds, hrefOf, idOf } from './person-ends.ts';

/** One person, with what they may do and why. */
export function addPerson(area: Area): void {
  const { router, db, page, visits, sendsMail } = area;

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
    await page(ctx, 'operator/person', (flash) => ({
      ...operatorFrame(ctx),
      href: hrefOf(ctx),
      id,
      name: person.name,
      email: person.email,
      profile: person.profile,
      since: inDate(person.created_at),
      disabled: person.disabled_at ? t('operator.disabledSince', { date: inDate(person.disabled_at) }) : undefined,
      sessions: t('operator.signedInWhere', { count: sessions }),
      platformRole: person.platform_role ?? 'none',
      version: formVersion(ctx, person.version),
      isSelf: by.actor.id === id,
      teams: teams.map((team) => ({ href: `/teams/${team.id}`, name: team.name, detail: team.role })),
      roles: roles.map((role) => ({
        href: `/apis/${role.apiId}/roles/${role.id}`,
        name: t('operator.roleOf', { role: role.name, api: role.apiName }),
        detail: role.groupName ? t('operator.byGroup', { name: role.groupName }) : t('operator.directly'),
      })),
      groups: groups.map((group) => ({ href: `/operator/groups/${group.id}`, name: group.name, detail: '' })),
      link: typeof flash.link === 'string' ? flash.link : undefined,
      sendsMail,
      form,
    }));
  };

  router.get('/operator/people/:person', (ctx) => {
    requireChange(ctx, 'platform.read');
    return show(ctx, firstForm(ctx));
  });

  /** Changes something about them, and says so on their page. */
  const change = (path: string, act: (ctx: Context) => Promise<string>) =>
    router.post(path, async (ctx) => {
      try {
        await visits.leave(ctx, { notice: await act(ctx) });
        redirect(ctx, hrefOf(ctx));
      } catch (error) {
        const form = refusedForm(ctx, error);
        ctx.status = 400;
        await show(ctx, form);
      }
    });

  change('/operator/people/:person', async (ctx) => {
    const fields = fieldsOf(ctx);
    const { name, email } = fields;
    const changes = { name: textOf(name), email: textOf(email).trim(), ...profileFieldsOf(fields) };
    await updatePerson(db, { accountId: idOf(ctx), changes, version: versionOf(fields) }, visitorOf(ctx).by);
    return t('operator.personSaved');
  });
  change('/operator/people/:person/role', async (ctx) => {
    const fields = fieldsOf(ctx);
    const role = { accountId: idOf(ctx), role: textOf(fields.role), version: versionOf(fields) };
    await setPlatformRole(db, role, visitorOf(ctx).by);
    return t('operator.roleChanged');
  });

  router.post('/operator/people/:person/enable', async (ctx) => {
    await enableAccount(db, idOf(ctx), visitorOf(ctx).by);
    await visits.leave(ctx, { notice: t('operator.enabled') });
    redirect(ctx, hrefOf(ctx));
  });

  addPersonEnds(area);
  addPersonAccess(area);
}
