import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { isPlainHttp } from '../../clients/redirect-uris.ts';

/**
 * RFC 9700 §2.1.1. An app may be set to "PKCE or nonce" (OAuth 2.1 §7.5.1.1) or, for products that have neither, to
 * `optional`; but only if it can keep a secret.
 */
export function pkceRequired(ctx: KoaContextWithOIDC, client: Client): boolean {
  if (isPlainHttp(String(ctx.oidc.params?.redirect_uri))) return true;
  if (client.clientAuthMethod === 'none') return true;
  if (client.latchkey_pkce === 'optional') return false;
  return client.latchkey_pkce !== 'pkce_or_nonce' || ctx.oidc.params?.nonce === undefined;
}
