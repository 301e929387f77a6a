import type { Context } from 'koa';
import { ZodError } from 'zod';
import type { ClientDetails } from '../../clients/find-clients.ts';
import { type Jwks, parseJwks, shownKeys } from '../../clients/keys/public-keys.ts';
import { updateClient } from '../../clients/update-client.ts';
import { AppError } from '../../errors.ts';
import { JsonProblem } from '../../json.ts';
import { t } from '../../texts/texts.ts';
import type { Option } from '../../views/models/apps.ts';
import { redirect } from '../answers.ts';
import { refusedUpdate } from '../forms/refused-update.ts';
import { type FormState, fieldsOf, firstForm, formVersion, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { appHref, appOf, presentHead } from './head.ts';

/** How an app proves who it is: with a secret, or with a key of its own (private_key_jwt). */
export function addAuthenticationPage(area: Area): void {
  const { router, db, visits } = area;

  router.get('/apps/:id/authentication', async (ctx) => {
    const client = await confidentialApp(ctx, area);
    await show(ctx, area, client, firstForm(ctx, valuesOf(client)));
  });

  router.post('/apps/:id/authentication', async (ctx) => {
    const client = await confidentialApp(ctx, area);
    try {
      const update = { clientId: client.id, ...readUpdate(fieldsOf(ctx)) };
      await updateClient(db, update, visitorOf(ctx).by);
      await visits.leave(ctx, { notice: t('apps.savedAuthentication') });
      redirect(ctx, `${appHref(client.id)}/credentials`);
    } catch (error) {
      const saved = await confidentialApp(ctx, area);
      const form = await refusedUpdate(ctx, error, async () => ({
        what: 'app',
        values: valuesOf(saved),
        labels: { authMethod: t('apps.howItAuthenticates'), jwksUri: t('apps.addressOfKeys') },
      }));
      await show(ctx, area, saved, form);
    }
  });
}

async function confidentialApp(ctx: Context, area: Area): Promise<ClientDetails> {
  const client = await appOf(ctx, area, 'app.write');
  if (client.auth_method === 'none') {
    throw new AppError('conflict', { detail: t('refusals.keepsNoSecret') });
  }
  return client;
}

function valuesOf(client: ClientDetails): Record<string, string> {
  return {
    authMethod: client.auth_method,
    jwks: client.jwks ? JSON.stringify(shownKeys(client.jwks), null, 2) : '',
    jwksUri: client.jwks_uri ?? '',
  };
}

function readUpdate(fields: Record<string, string | string[]>) {
  const authMethod = textOf(fields.authMethod) as 'private_key_jwt';
  const [jwks, jwksUri] = [textOf(fields.jwks).trim(), textOf(fields.jwksUri).trim()];
  const keys = { jwks: jwks ? readJwks(jwks, fields) : null, jwksUri: jwksUri || null };
  const changes = { authMethod, ...(authMethod === 'private_key_jwt' ? keys : {}) };
  return { changes, version: Number(textOf(fields.version)) || undefined };
}

/** @throws {ZodError} for what is no JSON that can be kept */
function readJwks(text: string, input: unknown): Jwks {
  try {
    return parseJwks(text);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    const message = t('apps.pasteJwks', { problem: error.message });
    throw new ZodError([{ code: 'custom', path: ['jwks'], message, input }]);
  }
}

const methods = () => [
  {
    value: 'client_secret_basic',
    label: t('apps.basic'),
    sentence: t('apps.basicSentence'),
  },
  {
    value: 'client_secret_post',
    label: t('apps.post'),
    sentence: t('apps.postSentence'),
  },
  {
    value: 'private_key_jwt',
    label: t('apps.privateKey'),
    sentence: t('apps.privateKeySentence'),
  },
];

function methodOptions(chosen: unknown): Option[] {
  return methods().map((method) => ({ ...method, chosen: method.value === chosen }));
}

async function show(ctx: Context, area: Area, client: ClientDetails, form: FormState): Promise<void> {
  await area.page(ctx, 'apps/authentication', {
    app: presentHead(ctx, client),
    // A key that was typed is not kept.
    form: { ...form, values: { jwks: valuesOf(client).jwks ?? '', ...form.values } },
    version: formVersion(ctx, client.version),
    methods: methodOptions(form.values.authMethod),
    warning: client.auth_method === 'private_key_jwt' ? undefined : t('apps.secretsEndAtOnce'),
  });
}
