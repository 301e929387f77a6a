import type { Context } from 'koa';
import { createApi } from '../../apis/apis.ts';
import type { CatalogueApi } from '../../apis/catalogue/find-api.ts';
import { previewScopes, updateApi } from '../../apis/update-api.ts';
import { digestOf } from '../../http/shown.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { firstTeam } from '../first-team.ts';
import { makeOnce } from '../forms/once.ts';
import { refusedUpdate } from '../forms/refused-update.ts';
import { type FormState, fieldsOf, firstForm, refusedForm, textOf, versionOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { apiLabels, asksForLine, comparable, fieldsOfApi, presentApiForm, readApi, readScopes } from './api-form.ts';
import { ownApiOf, presentHead } from './head.ts';
import { apiHref } from './present.ts';

/** Publishing an API. */
export function addApiCreation(area: Area): void {
  const { router, page } = area;

  const show = async (ctx: Context, form: FormState) =>
    page(ctx, 'apis/new', { form, fields: await presentApiForm(ctx, area, form.values) });

  router.get('/apis/new', (ctx) => show(ctx, firstForm(ctx, { team: firstTeam(ctx, 'api.write') })));

  router.post('/apis', async (ctx) => {
    const fields = fieldsOf(ctx);
    if (asksForLine(fields)) return show(ctx, { values: fields, problems: {} });
    try {
      const teamId = textOf(fields.team) || null;
      const wanted = { ...readApi(fields), identifier: textOf(fields.identifier).trim(), teamId };
      await makeOnce(area, ctx, async (db) => {
        const api = await createApi(db, wanted, visitorOf(ctx).by);
        const notice = t('apis.published', { api: api.name });
        return { to: `${apiHref(api.id)}/protect`, flash: { notice } };
      });
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await show(ctx, form);
    }
  });
}

/** Changing one. What apps would lose at once is said before it is done. */
export function addApiEditing(area: Area): void {
  const { router, db, visits } = area;

  router.get('/apis/:api/edit', async (ctx) => {
    const found = await ownApiOf(ctx, area, 'mayWrite');
    await show(ctx, area, found, firstForm(ctx, fieldsOfApi(found)));
  });

  router.post('/apis/:api/edit', async (ctx) => {
    const found = await ownApiOf(ctx, area, 'mayWrite');
    const fields = fieldsOf(ctx);
    if (asksForLine(fields)) return show(ctx, area, found, { values: fields, problems: {} });
    const loss = await lossOf(area, found, fields);
    if (loss && textOf(fields.confirmed) !== loss.confirmed) {
      ctx.status = 400;
      return show(ctx, area, found, { values: fields, problems: { form: loss.sentence } }, loss);
    }
    try {
      const target = { id: found.api.id, version: versionOf(fields) };
      const api = await updateApi(db, target, readApi(fields), visitorOf(ctx).by);
      await visits.leave(ctx, { notice: t('apis.saved', { api: api.name }) });
      redirect(ctx, apiHref(api.id));
    } catch (error) {
      const saved = await ownApiOf(ctx, area, 'mayWrite');
      const form = await refusedUpdate(ctx, error, async () => ({
        what: 'API',
        values: comparable(fieldsOfApi(saved)),
        labels: apiLabels(),
        typed: comparable(fields),
      }));
      await show(ctx, area, saved, form, loss);
    }
  });
}

/** What apps lose when the scopes are just these; undefined: nothing. */
async function lossOf({ db }: Area, { api }: CatalogueApi, fields: FormState['values']) {
  const kept = readScopes(fields).map(({ name }) => name);
  const { removed, apps } = await previewScopes(db, api.id, kept);
  if (apps === 0) return undefined;
  const names = removed.join(', ');
  return {
    sentence: t('apis.wouldLose', { count: apps, scopes: names }),
    confirmed: digestOf([removed, apps]),
  };
}

async function show(
  ctx: Context,
  area: Area,
  found: CatalogueApi,
  form: FormState,
  warning?: { sentence: string; confirmed: string },
): Promise<void> {
  await area.page(ctx, 'apis/edit', {
    api: presentHead(ctx, found),
    form,
    fields: await presentApiForm(ctx, area, form.values, warning),
    // The one that was typed over, until the page has said what is saved now.
    version: (ctx.status !== 412 && textOf(form.values.version)) || String(found.api.version),
  });
}
