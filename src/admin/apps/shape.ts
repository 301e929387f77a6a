import { z } from 'zod';
import { Id, Time } from '../shapes.ts';

const Algorithm = z.enum(['ES256', 'RS256', 'EdDSA']);

export const ListedApp = z
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
    pkce: z.enum(['required', 'pkce_or_nonce', 'optional']),
    require_par: z.boolean(),
    first_party: z.boolean(),
    refresh_retry_seconds: z.int(),
    created_at: Time,
    created_by: z.string().nullable(),
    updated_at: Time.nullable(),
    disabled_at: Time.nullable(),
    disabled_reason: z.string().nullable(),
  })
  .meta({ id: 'ListedApp' });

export const App = ListedApp.extend({ id_token_alg_now: Algorithm, id_token_alg_from: Time.nullable() }).meta({
  id: 'App',
});

export const AppId = z.strictObject({ app_id: Id });
