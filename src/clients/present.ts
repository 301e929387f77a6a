import type { SigningNow } from '../keys/signing-now.ts';
import type { ClientDetails } from './find-clients.ts';
import { shownKeys } from './keys/public-keys.ts';
import type { ListedClient } from './list-clients.ts';
import type { AddedSecret, ListedSecret } from './secrets/secrets.ts';
import { judgeSecret } from './secrets/standing.ts';
import { presentSettings } from './settings/settings.ts';

/** An app as JSON shows it. Names its members one by one, so that nothing slips through that is added to the row later. */
export function presentApp(app: ListedClient | ClientDetails) {
  return {
    id: app.id,
    name: app.name,
    type: app.type,
    team_id: app.team_id,
    team_name: app.team_name,
    auth_method: app.auth_method,
    jwks: shownKeys(app.jwks),
    jwks_uri: app.jwks_uri,
    default_api: app.default_api,
    ...presentSettings(app),
    created_at: app.created_at.toISOString(),
    created_by: app.created_by,
    updated_at: app.updated_at?.toISOString() ?? null,
    disabled_at: app.disabled_at?.toISOString() ?? null,
    disabled_reason: app.disabled_reason,
  };
}

/** The same as a list has it. */
export const presentListedApp = (app: ListedClient) => ({
  ...presentApp(app),
  last_used_at: app.last_used_hour?.toISOString() ?? null,
});

/** How its ID tokens are signed, while verifiers may not know a key of the chosen algorithm. */
export function presentIdTokenSigning({ now, from }: SigningNow) {
  return { id_token_alg_now: now, id_token_alg_from: from?.toISOString() ?? null };
}

/** Secrets as everyone sees them: never their values, which nobody has. */
export function presentSecrets(secrets: readonly ListedSecret[], now: Date) {
  return secrets.map((secret) => ({
    id: secret.id,
    name: secret.name,
    standing: judgeSecret(secret, secrets, now),
    created_at: secret.created_at.toISOString(),
    created_by: secret.created_by,
    expires_at: secret.expires_at?.toISOString() ?? null,
    last_used_at: secret.last_used_at?.toISOString() ?? null,
    successor_id: secret.successor_id,
  }));
}

/** A new secret with its value, which is shown this once. */
export function presentAddedSecret({ id, name, secret, expiresAt }: AddedSecret) {
  return { id, name, value: secret, expires_at: expiresAt?.toISOString() ?? null };
}
