import type { TokenClient } from '../clients/token-clients.ts';

/** RFC 8628 §3.4 */
export const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

export const GRANT_TYPES = ['client_credentials', 'authorization_code', 'refresh_token', DEVICE_CODE_GRANT] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

/** What an app may bring to the token endpoint. */
export function grantTypesOf({ type, offline_access }: Pick<TokenClient, 'type' | 'offline_access'>): GrantType[] {
  if (type === 'machine') return ['client_credentials'];
  const first = type === 'device' ? DEVICE_CODE_GRANT : 'authorization_code';
  return offline_access === 'never' ? [first] : [first, 'refresh_token'];
}
