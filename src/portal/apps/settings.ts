import type { Context } from 'koa';
import { findAppApis } from '../../apis/app-apis.ts';
import type { ClientDetails } from '../../clients/find-clients.ts';
import { PURPOSES } from '../../clients/purposes.ts';
import { type ClientUpdate, updateClient } from '../../clients/update-client.ts';
import type { Option } from '../../views/models/apps.ts';
import { redirect } from '../answers.ts';
import { type FormState, fieldsOf, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { linesOf } from './create.ts';
import { appHref, appOf, presentHead } from './head.ts';
import { refusedUpdate } from './refused-update.ts';

/** What a logo may be, in words beside the form. */
export const LOGO_HINT = 'PNG, JPEG or WebP of at most 1 MB, best square. People see it when they sign in and agree.';

export function addAppSettings(area: Area): void {
  const { router, db, visits } = area;

  router.get('/apps/:id/settings', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    await showSettings(ctx, area, client, { values: valuesOf(client), problems: {} });
  });

  router.post('/apps/:id/settings', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    try {
      await updateClient(db, { clientId: client.id, ...readUpdate(fieldsOf(ctx), client) }, visitorOf(ctx).by);
      await visits.leave(ctx, { notice: 'Saved the settings. They are in force with the next request.' });
      redirect(ctx, appHref(client.id));
    } catch (error) {
      const form = refusedUpdate(ctx, error);
      await showSettings(ctx, area, await appOf(ctx, area, 'app.write'), form);
    }
  });
}

/** An app's settings as the fields of its form have them. */
function valuesOf(client: ClientDetails): Record<string, string> {
  return {
    name: client.name,
    description: client.description,
    homepage: client.homepage_url ?? '',
    redirectUris: client.redirect_uris.join('\n'),
    postLogoutRedirectUris: client.post_logout_redirect_uris.join('\n'),
    defaultApi: client.default_api ?? '',
    idTokenAlg: client.id_token_alg,
    pkce: client.pkce,
    requirePar: client.require_par ? 'on' : '',
    refreshRetrySeconds: String(client.refresh_retry_seconds),
  };
}

/** What the form says; fields that this kind of app does not have are not on it, and stay as they are. */
function readUpdate(fields: Record<string, string | string[]>, client: ClientDetails): Omit<ClientUpdate, 'clientId'> {
  const { hasRedirectUris, isPublic } = PURPOSES[client.type];
  const changes = {
    name: textOf(fields.name),
    description: textOf(fields.description),
    homepage: textOf(fields.homepage).trim() || null,
    defaultApi: textOf(fields.defaultApi) || null,
    ...(hasRedirectUris ? readSignIn(fields) : {}),
    ...(hasRedirectUris && !isPublic ? { pkce: textOf(fields.pkce) as 'required' } : {}),
  };
  return { changes, version: Number(textOf(fields.version)) || undefined };
}

function readSignIn(fields: Record<string, string | string[]>) {
  return {
    redirectUris: linesOf(fields.redirectUris),
    postLogoutRedirectUris: linesOf(fields.postLogoutRedirectUris),
    idTokenAlg: textOf(fields.idTokenAlg) as 'ES256',
    requirePar: textOf(fields.requirePar) === 'on',
    refreshRetrySeconds: Number(textOf(fields.refreshRetrySeconds) || Number.NaN),
  };
}

const ID_TOKEN_ALGS = [
  { value: 'RS256', label: 'RS256, which every library takes without being told' },
  { value: 'ES256', label: 'ES256, shorter and faster to sign; the app’s library may have to be told' },
  { value: 'EdDSA', label: 'EdDSA; where nothing uses it yet, signed as before until apps know its key' },
];

const PKCE_RULES = [
  { value: 'required', label: 'PKCE always (recommended)' },
  { value: 'pkce_or_nonce', label: 'PKCE or a nonce, for libraries without PKCE' },
  { value: 'optional', label: 'Neither is asked for, for products that have none of them' },
];

const REDIRECT_HINTS = {
  native: 'One a line, exactly as the app sends it. https, http on 127.0.0.1 (any port), or com.example.app:/callback.',
  other: 'One a line, exactly as the app sends it. https, or http on localhost while you develop.',
};

const choose = (options: readonly { value: string; label: string }[], chosen: unknown): Option[] =>
  options.map((option) => ({ ...option, chosen: option.value === chosen }));

/** The page; a logo that was refused says so beside its own form. */
export async function showSettings(
  ctx: Context,
  area: Area,
  client: ClientDetails,
  form: FormState | undefined,
  logoProblem?: string,
): Promise<void> {
  const { values, problems } = form ?? { values: valuesOf(client), problems: {} };
  const { hasRedirectUris, isPublic } = PURPOSES[client.type];
  const apis = await findAppApis(area.db, client.id);
  const named = apis.map(({ api }) => ({ value: api.identifier, label: `${api.name} (${api.identifier})` }));
  await area.page(ctx, 'apps/settings', {
    app: presentHead(ctx, client),
    form: { values, problems },
    version: String(client.version),
    hasRedirectUris,
    isConfidential: !isPublic,
    redirectHint: client.type === 'native' ? REDIRECT_HINTS.native : REDIRECT_HINTS.other,
    apis: choose(
      [{ value: '', label: 'None: each request names its API, unless the app may use only one' }, ...named],
      values.defaultApi ?? '',
    ),
    idTokenAlgs: choose(ID_TOKEN_ALGS, values.idTokenAlg),
    pkceRules: choose(PKCE_RULES, values.pkce),
    requirePar: values.requirePar === 'on',
    logoHint: LOGO_HINT,
    logoProblem,
  });
}
