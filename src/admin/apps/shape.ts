import { z } from 'zod';
import { shownSettingSchemas } from '../../clients/settings/settings.ts';
import { Id, Time } from '../shapes.ts';

const Algorithm = shownSettingSchemas.id_token_alg;

const shape = z
  .object({
    id: z.string(),
    name: z.string(),
    type: z.enum(['machine', 'web', 'spa', 'native', 'device']),
    team_id: z.string().nullable(),
    team_name: z.string().nullable(),
    auth_method: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']),
    jwks: z
      .object({ keys: z.array(z.record(z.string(), z.unknown())) })
      .meta({ id: 'JwkSet' })
      .nullable(),
    jwks_uri: z.string().nullable(),
    default_api: z.string().nullable(),
    ...shownSettingSchemas,
    created_at: Time,
    created_by: z.string().nullable(),
    updated_at: Time.nullable(),
    disabled_at: Time.nullable(),
    disabled_reason: z.string().nullable(),
  })
  .strip();

export const ListedApp = shape.extend({ last_used_at: Time.nullable() }).meta({ id: 'ListedApp' });

export const App = shape.extend({ id_token_alg_now: Algorithm, id_token_alg_from: Time.nullable() }).meta({
  id: 'App',
});

export const AppId = z.strictObject({ app_id: Id });
