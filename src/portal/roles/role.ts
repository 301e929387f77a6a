import type { Context } from 'koa';
import { judgeAccess } from '../../access.ts';
import { AppError } from '../../errors.ts';
import { digestOf, requireShown } from '../../http/shown.ts';
import { assignRole, findHolders, listAssignableGroups, unassignRole } from '../../roles/holders.ts';
import { deleteRole, listScopesForRoles, requireRole, updateRole } from '../../roles/roles.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { addConfirmation } from '../confirm.ts';
import { type FormState, fieldsOf, firstForm, formVersion, refusedForm, textOf, versionOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { listOf, toChoices } from './presenter.ts';

const idOf = (ctx: Context) => String(ctx.params.role);
const hrefOf = (ctx: Context) => `/apis/${ctx.params.api}/roles/${idOf(ctx)}`;
const PATH = '/apis/:api/roles/:role';

/** What the role gives. */
const meaningOf = ({ role, api }: Awaited<ReturnType<typeof requireRole>>) => [
  [role.name, api.name, api.identifier],
  [...role.scopes].sort(),
];

/** One role: what it allows, and who has it. */
export function addRole(area: Area): void {
  const { router, db, page, visits } = area;

  /** The role, when it is of the API in the address. */
  const find = async (ctx: Context, action: 'api.read' | 'role.write') => {
    const found = await requireRole(db, idOf(ctx), action, visitorOf(ctx).by);
    if (found.api.id !== ctx.params.api)
      throw new AppError('not_found', { detail: t('refusals.noRole', { id: idOf(ctx) }) });
    return found;
  };

  const show = async (ctx: Context, form: FormState) => {
    const { by } = visitorOf(ctx);
    const found = await find(ctx, 'api.read');
    const { role, api } = found;
    const mayChange = judgeAccess(by, 'role.write', api.team_id) === 'allowed';
    const [scopes, holders, groups] = await Promise.all([
      listScopesForRoles(db, api.id),
      findHolders(db, role.id, by),
      mayChange ? listAssignableGroups(db, api.id, by) : [],
    ]);
    await page(ctx, 'roles/role', {
      api: { name: api.name, href: `/apis/${api.id}`, roles: `/apis/${api.id}/roles` },
      href: hrefOf(ctx),
      name: role.name,
      description: role.description,
      version: formVersion(ctx, role.version),
      shown: digestOf(meaningOf(found)),
      mayChange,
      scopes: toChoices(scopes, form.values.name === undefined ? role.scopes : listOf(form.values.scopes)),
      people: holders.people.map(({ id, name, email, disabled }) => ({
        name: name ?? t('roles.strange'),
        email: email ?? id,
        disabled: disabled === true,
        remove: `${hrefOf(ctx)}/people/${id}/remove`,
      })),
      groups: holders.groups.map(({ id, name }) => ({ name, remove: `${hrefOf(ctx)}/groups/${id}/remove` })),
      assignable: groups.filter(({ id }) => !holders.groups.some((holder) => holder.id === id)),
      form,
    });
  };

  /** Does something to the role, and says so on its page. */
  const change = (path: string, act: (ctx: Context) => Promise<string>) =>
    router.post(path, async (ctx) => {
      const found = await find(ctx, 'role.write');
      try {
        // Its own form has a version.
        if (path !== PATH) requireShown(ctx, meaningOf(found));
        await visits.leave(ctx, { notice: await act(ctx) });
        redirect(ctx, hrefOf(ctx));
      } catch (error) {
        const form = refusedForm(ctx, error);
        ctx.status = 400;
        await show(ctx, form);
      }
    });

  router.get(PATH, (ctx) => show(ctx, firstForm(ctx)));
  change(PATH, async (ctx) => {
    const fields = fieldsOf(ctx);
    const texts = { name: textOf(fields.name), description: textOf(fields.description) };
    const input = { ...texts, scopes: listOf(fields.scopes), version: versionOf(fields) };
    await updateRole(db, idOf(ctx), input, visitorOf(ctx).by);
    return t('roles.changed');
  });
  change(`${PATH}/people`, async (ctx) => {
    const person = textOf(fieldsOf(ctx).person).trim();
    await assignRole(db, idOf(ctx), { person }, visitorOf(ctx).by);
    return t('roles.hasIt', { person });
  });
  change(`${PATH}/people/:person/remove`, async (ctx) => {
    await unassignRole(db, idOf(ctx), { accountId: String(ctx.params.person) }, visitorOf(ctx).by);
    return t('roles.taken');
  });
  change(`${PATH}/groups`, async (ctx) => {
    await assignRole(db, idOf(ctx), { groupId: textOf(fieldsOf(ctx).group) }, visitorOf(ctx).by);
    return t('roles.groupHasIt');
  });
  change(`${PATH}/groups/:group/remove`, async (ctx) => {
    await unassignRole(db, idOf(ctx), { groupId: String(ctx.params.group) }, visitorOf(ctx).by);
    return t('roles.takenFromGroup');
  });

  addConfirmation(area, `${PATH}/delete`, {
    async ask(ctx) {
      const { role, api } = await find(ctx, 'role.write');
      return {
        title: t('roles.deleteAsk', { name: role.name }),
        crumbs: [
          { href: `/apis/${api.id}`, label: api.name },
          { href: `/apis/${api.id}/roles`, label: t('roles.title') },
          { href: hrefOf(ctx), label: role.name },
        ],
        consequences: [t('roles.deleteEffect')],
        button: t('roles.delete'),
        typed: role.name,
        cancel: hrefOf(ctx),
      };
    },
    async act(ctx) {
      await find(ctx, 'role.write');
      await deleteRole(db, idOf(ctx), visitorOf(ctx).by);
      return { notice: t('roles.deleted'), to: `/apis/${ctx.params.api}/roles` };
    },
  });
}
