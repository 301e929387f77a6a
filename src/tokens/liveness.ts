import { toSeconds } from './issue/lifetimes.ts';
import type { ArtifactPayload } from './storage/artifacts.ts';
import type { StoredToken } from './storage/stored-token.ts';

const OF_TOKENS = [
  ...['jti', 'kind', 'iat', 'exp', 'clientId', 'accountId', 'grantId', 'gty', 'scope', 'claims', 'jkt'],
  ...['sid', 'sessionUid', 'expiresWithSession'],
];
/** What a token has in it. Anything else (a certificate that it is bound to, say) is for oidc-provider to judge. */
export const OF_ACCESS_TOKENS: ReadonlySet<string> = new Set([...OF_TOKENS, 'aud', 'extra']);
export const OF_REFRESH_TOKENS: ReadonlySet<string> = new Set([
  ...OF_TOKENS,
  ...['resource', 'acr', 'amr', 'authTime', 'nonce', 'iiat', 'rotations'],
]);
/** They are found by their value as tokens are, and are none. */
export const CODES: ReadonlySet<string> = new Set(['AuthorizationCode', 'DeviceCode']);

/** Whether it has an end that is still to come. */
export const isAlive = ({ exp }: ArtifactPayload, now: Date) => exp !== undefined && exp > toSeconds(now);

/** What ends with a browser's session needs that session, alive, of the same person and with the same grant. */
export function sessionLives({ payload: token, session }: StoredToken, now: Date): boolean {
  if (!token.expiresWithSession) return true;
  const found = session?.payload;
  if (!found || !isAlive(found, now) || found.accountId !== token.accountId) return false;
  return found.authorizations?.[token.clientId ?? '']?.grantId === token.grantId;
}

/** Whether it has nothing but what is known; what is empty or `false` is not there. */
export function isPlain(payload: ArtifactPayload, known: ReadonlySet<string>): boolean {
  return Object.entries(payload).every(([name, value]) => known.has(name) || value === false || isEmpty(value));
}

const isEmpty = (value: unknown) =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
