import type { Context } from 'koa';
import { judgeAccess } from '../../access.ts';
import { createRole, listRoles, listScopesForRoles, requireApiOfRoles } from '../../roles/roles.ts';
import { t } from '../../texts/texts.ts';
import { makeOnce } from '../forms/once.ts';
import { type FormState, fieldsOf, firstForm, refusedForm, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { holdersOf, listOf, toChoices } from './presenter.ts';
import { addRole } from './role.ts';

const idOf = (ctx: Context) => String(ctx.params.api);

/** Roles of an API: which of its scopes which people may use. */
export function addRoles(area: Area): void {
  const { router, db, page } = area;

  const show = async (ctx: Context, form: FormState) => {
    const { by } = visitorOf(ctx);
    const api = await requireApiOfRoles(db, idOf(ctx), 'api.read', by);
    const [roles, scopes] = await Promise.all([listRoles(db, api.id, by), listScopesForRoles(db, api.id)]);
    const href = `/apis/${api.id}/roles`;
    await page(ctx, 'roles/list', {
      api: { name: api.name, href: `/apis/${api.id}` },
      mayChange: judgeAccess(by, 'role.write', api.team_id) === 'allowed',
      roles: roles.map((role) => ({
        href: `${href}/${role.id}`,
        name: role.name,
        description: role.description,
        scopes: role.scopes.join(', ') || t('roles.noScope'),
        holders: holdersOf(role),
      })),
      scopes: toChoices(scopes, listOf(form.values.scopes)),
      action: href,
      advice: scopes.some((scope) => scope.needs_role) ? undefined : t('roles.adviceNone'),
      form,
    });
  };

  router.get('/apis/:api/roles', (ctx) => show(ctx, firstForm(ctx)));

  router.post('/apis/:api/roles', async (ctx) => {
    const fields = fieldsOf(ctx);
    try {
      const { by } = visitorOf(ctx);
      const { name, description } = { name: textOf(fields.name), description: textOf(fields.description) };
      await makeOnce(area, ctx, async (db) => {
        const role = await createRole(db, idOf(ctx), { name, description, scopes: listOf(fields.scopes) }, by);
        const notice = t('roles.created', { name: role.name });
        return { to: `/apis/${role.api_id}/roles/${role.id}`, flash: { notice } };
      });
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await show(ctx, form);
    }
  });

  addRole(area);
}
