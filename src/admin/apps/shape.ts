import { z } from 'zod';
import type { ClientDetails, ListedClient } from '../../clients/find-clients.ts';
import { Id, Time, timeOf, timeOrNull } from '../shapes.ts';

const Algorithm = z.enum(['ES256', 'RS256', 'EdDSA']);

export const App = z
  .object({
    id: z.string(),
    name: z.string(),
    type: z.enum(['machine', 'web', 'spa', 'native', 'device']),
    description: z.string(),
    homepage: z.string().nullable(),
    team_id: z.string().nullable(),
    team_name: z.string().nullable(),
    auth_method: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']),
    redirect_uris: z.array(z.string()),
    post_logout_redirect_uris: z.array(z.string()),
    jwks: z
      .object({ keys: z.array(z.record(z.string(), z.unknown())) })
      .meta({ id: 'JwkSet' })
      .nullable(),
    jwks_uri: z.string().nullable(),
    default_api: z.string().nullable(),
    id_token_alg: Algorithm,
    pkce: z.enum(['required', 'pkce_or_nonce']),
    require_par: z.boolean(),
    first_party: z.boolean(),
    refresh_retry_seconds: z.int(),
    created_at: Time,
    created_by: z.string().nullable(),
    updated_at: Time.nullable(),
    disabled_at: Time.nullable(),
    disabled_reason: z.string().nullable(),
  })
  .meta({ id: 'App' });

export function presentApp(app: ListedClient | ClientDetails): z.input<typeof App> {
  return {
    id: app.id,
    name: app.name,
    type: app.type,
    description: app.description,
    homepage: app.homepage_url,
    team_id: app.team_id,
    team_name: app.team_name,
    auth_method: app.auth_method,
    redirect_uris: app.redirect_uris,
    post_logout_redirect_uris: app.post_logout_redirect_uris,
    jwks: app.jwks,
    jwks_uri: app.jwks_uri,
    default_api: app.default_api,
    id_token_alg: app.id_token_alg,
    pkce: app.pkce,
    require_par: app.require_par,
    first_party: app.first_party,
    refresh_retry_seconds: app.refresh_retry_seconds,
    created_at: timeOf(app.created_at),
    created_by: app.created_by,
    updated_at: timeOrNull(app.updated_at),
    disabled_at: timeOrNull(app.disabled_at),
    disabled_reason: app.disabled_reason,
  };
}

export const AppId = z.strictObject({ app_id: Id });
