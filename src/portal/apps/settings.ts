import type { Context } from 'koa';
import type { By } from '../../access.ts';
import { findAppApis } from '../../apis/app-apis.ts';
import type { ClientDetails } from '../../clients/find-clients.ts';
import { type ClientUpdate, updateClient } from '../../clients/update-client.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { refusedUpdate } from '../forms/refused-update.ts';
import { type FormState, fieldsOf, firstForm, formVersion, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { appHref, appOf, presentHead } from './head.ts';
import { presentSettings, readSettings, settingLabels, typedSettings } from './setting-fields.ts';

/** What a logo may be, in words beside the form. */
export const logoHint = () => t('apps.logoHint');

export function addAppSettings(area: Area): void {
  const { router, db, visits } = area;

  router.get('/apps/:id/settings', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    await showSettings(ctx, area, client, firstForm(ctx, valuesOf(client, visitorOf(ctx).by)));
  });

  router.post('/apps/:id/settings', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    const { by } = visitorOf(ctx);
    try {
      await updateClient(db, { clientId: client.id, ...readUpdate(fieldsOf(ctx), client, by) }, by);
      await visits.leave(ctx, { notice: t('apps.savedSettings') });
      redirect(ctx, `${appHref(client.id)}/settings`);
    } catch (error) {
      const saved = await appOf(ctx, area, 'app.write');
      const form = await refusedUpdate(ctx, error, async () => ({
        what: 'app',
        values: valuesOf(saved, by),
        labels: { name: t('words.name'), defaultApi: t('apps.defaultApi'), ...settingLabels({ type: saved.type, by }) },
      }));
      await showSettings(ctx, area, saved, form);
    }
  });
}

/** An app's settings as the fields of its form have them. */
function valuesOf(client: ClientDetails, by: By): Record<string, string> {
  return { name: client.name, defaultApi: client.default_api ?? '', ...typedSettings(client, by) };
}

function readUpdate(
  fields: Record<string, string | string[]>,
  client: ClientDetails,
  by: By,
): Omit<ClientUpdate, 'clientId'> {
  const changes = {
    name: textOf(fields.name),
    defaultApi: textOf(fields.defaultApi) || null,
    ...readSettings(fields, { type: client.type, by }),
  };
  return { changes, version: Number(textOf(fields.version)) || undefined };
}

/** The page; a logo that was refused says so beside its own form. */
export async function showSettings(
  ctx: Context,
  area: Area,
  client: ClientDetails,
  form: FormState | undefined,
  logoProblem?: string,
): Promise<void> {
  const { by } = visitorOf(ctx);
  const { values, problems } = form ?? { values: valuesOf(client, by), problems: {} };
  const apis = await findAppApis(area.db, client.id);
  const named = apis.map(({ api }) => ({
    value: api.identifier,
    label: `${api.name} (${api.identifier})`,
    chosen: values.defaultApi === api.identifier,
  }));
  await area.page(ctx, 'apps/settings', {
    app: presentHead(ctx, client),
    form: { values, problems },
    version: formVersion(ctx, client.version),
    fields: presentSettings({ type: client.type, by }, values),
    apis: [
      {
        value: '',
        label: t('apps.noDefaultApi'),
        chosen: !values.defaultApi,
      },
      ...named,
    ],
    logoHint: logoHint(),
    logoProblem,
    stopped: client.disabled_at !== null,
  });
}
