import type { Client } from '../db/catalogue-tables.ts';

/** An app as `--json` shows it. */
export function presentApp(client: Client, defaultApi: string | null) {
  return {
    client_id: client.id,
    name: client.name,
    type: client.type,
    auth_method: client.auth_method,
    redirect_uris: client.redirect_uris,
    post_logout_redirect_uris: client.post_logout_redirect_uris,
    default_api: defaultApi,
    id_token_alg: client.id_token_alg,
    pkce: client.pkce,
    require_par: client.require_par,
    refresh_retry_seconds: client.refresh_retry_seconds,
    created_at: client.created_at,
    disabled_at: client.disabled_at,
  };
}
