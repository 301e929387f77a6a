import type { AdapterPayload, ClientMetadata } from 'oidc-provider';
import type { CachedClient } from '../../clients/client-cache.ts';
import { readableKeys } from '../../clients/keys/public-keys.ts';
import { PURPOSES } from '../../clients/purposes.ts';
import { algorithmOfIdTokens } from '../../keys/algorithms.ts';
import type { SigningAlgorithms } from '../../keys/signing-algs.ts';
import { grantTypesOf } from '../../tokens/grant-types.ts';

/** Our own client metadata, next to the registered ones (RFC 7591 §2). */
export const EXTRA_CLIENT_METADATA = [
  'latchkey_secrets',
  'latchkey_refresh_retry_seconds',
  'latchkey_pkce',
  'latchkey_id_token_claims',
  'latchkey_own_claims',
  'latchkey_offline_access',
  'latchkey_optional_scopes',
  'latchkey_first_party',
  'latchkey_ask_each_time',
];

/** A secret as the one who compares needs it (provider.ts): its hash in base64url, and its end in milliseconds. */
export interface SecretMetadata {
  readonly id: string;
  readonly hash: string;
  /** Its first use ends others. */
  readonly endsOthers: boolean;
  readonly endsAt: number | null;
}

/**
 * A stored app as oidc-provider reads it. It depends on nothing else but the algorithms that sign, and is kept for as long
 * as both the entry and the provider are.
 */
export function toClientMetadata(
  { client, secrets }: CachedClient,
  signing: SigningAlgorithms,
): AdapterPayload & ClientMetadata {
  const usesSecret = client.auth_method.startsWith('client_secret');
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: client.type === 'native' ? 'native' : 'web',
    token_endpoint_auth_method: client.auth_method,
    grant_types: grantTypesOf(client),
    response_types: PURPOSES[client.type].hasRedirectUris ? ['code'] : [],
    redirect_uris: client.redirect_uris,
    post_logout_redirect_uris: client.post_logout_redirect_uris,
    id_token_signed_response_alg: algorithmOfIdTokens(signing, client),
    require_pushed_authorization_requests: client.require_par,
    ...(client.jwks ? { jwks: readableKeys(client.jwks) } : {}),
    ...(client.jwks_uri ? { jwks_uri: client.jwks_uri } : {}),
    // The provider wants a secret to be there; the one who compares uses the hashes (provider.ts).
    ...(usesSecret ? { client_secret: 'kept-as-hashes-only' } : {}),
    latchkey_secrets: secrets.map(
      ({ id, hash, endsOthers, expiresAt }): SecretMetadata => ({
        id,
        hash: Buffer.from(hash).toString('base64url'),
        endsOthers,
        endsAt: expiresAt?.getTime() ?? null,
      }),
    ),
    latchkey_refresh_retry_seconds: client.refresh_retry_seconds,
    latchkey_pkce: client.pkce,
    latchkey_id_token_claims: client.id_token_claims,
    latchkey_own_claims: client.own_claims,
    latchkey_offline_access: client.offline_access,
    latchkey_optional_scopes: client.optional_scopes,
    latchkey_first_party: client.first_party,
    latchkey_ask_each_time: client.ask_each_time,
  } as AdapterPayload & ClientMetadata;
}
