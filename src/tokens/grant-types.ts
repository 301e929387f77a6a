import type { TokenClient } from '../clients/token-clients.ts';

/** RFC 8628 §3.4 */
export const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

export const GRANT_TYPES = ['client_credentials', 'authorization_code', 'refresh_token', DEVICE_CODE_GRANT] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

/** What an app may bring to the token endpoint. */
export function grantTypesOf({ type }: Pick<TokenClient, 'type'>): GrantType[] {
  if (type === 'machine') return ['client_credentials'];
  return [type === 'device' ? DEVICE_CODE_GRANT : 'authorization_code', 'refresh_token'];
}
