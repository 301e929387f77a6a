import type { AppApi } from '../apis/app-apis.ts';
import type { CachedClient } from '../clients/client-cache.ts';
import type { ArtifactPayload } from './storage/artifacts.ts';
import type { Person, StoredToken } from './storage/stored-token.ts';

/** What a refresh of the plainest kind is to issue. */
export interface RefreshOrder {
  /** The refresh token that is used up, and its payload. */
  readonly token: string;
  readonly used: ArtifactPayload & { readonly grantId: string; readonly iiat: number };
  readonly person: Person;
  readonly appApi: AppApi;
  /** What the person granted of the API, as far as the token has it. What they may have of it today is decided after this. */
  readonly apiScopes: readonly string[];
  /** The same of OpenID Connect's scopes; undefined when no ID token is issued. */
  readonly idTokenScopes: readonly string[] | undefined;
}

/** What a plain refresh token has in it. Anything else (a key that it is bound to, say) is not for the lane. */
const PLAIN_TOKEN = new Set([
  ...['jti', 'kind', 'iat', 'exp', 'iiat', 'rotations', 'clientId', 'accountId', 'grantId', 'gty', 'scope', 'resource'],
  ...['acr', 'amr', 'authTime', 'nonce', 'sid', 'sessionUid'],
]);
const PLAIN_GRANT = new Set(['jti', 'kind', 'iat', 'exp', 'clientId', 'accountId', 'openid', 'resources']);

type Asked = { readonly token: string; readonly resource: string | undefined; readonly now: Date };

/**
 * Reads what was found under a refresh token as oidc-provider would (RFC 6749 §6, RFC 8707 §2.2), and decides nothing that
 * it is not sure of: undefined for whatever would be refused, and for what has something special about it.
 */
export function readRefresh(entry: CachedClient, presented: StoredToken, asked: Asked): RefreshOrder | undefined {
  const { payload: used, person } = presented;
  const grant = liveGrant(entry, presented, asked.now);
  const { grantId, iiat } = used;
  if (!grant || !person || grantId === undefined || iiat === undefined) return undefined;
  const resource = asked.resource ?? used.resource;
  if (typeof resource !== 'string' || ![used.resource].flat().includes(resource)) return undefined;
  const appApi = entry.apis.get(resource);
  if (!appApi) return undefined;
  const scopes = words(used.scope);
  const both = (granted: string | undefined) => words(granted).filter((scope) => scopes.includes(scope));
  return {
    token: asked.token,
    used: { ...used, grantId, iiat },
    person,
    appApi,
    apiScopes: both(grant.resources?.[resource]),
    idTokenScopes: scopes.includes('openid') ? both(grant.openid?.scope) : undefined,
  };
}

/** A grant as it is stored, with what a plain one has in it. */
type GrantPayload = { openid?: { scope?: string; claims?: unknown }; resources?: Record<string, string> };

/** The grant of an unused, live token of this app, when both are plain, and the person's own. */
function liveGrant({ client }: CachedClient, presented: StoredToken, now: Date): GrantPayload | undefined {
  const { model, payload: used, consumedAt, grant, person } = presented;
  if (model !== 'RefreshToken' || consumedAt || !grant || used.grantId !== grant.jti) return undefined;
  if (!isPlain(used, PLAIN_TOKEN) || !isPlain(grant, PLAIN_GRANT)) return undefined;
  const isTheirs = ({ clientId, accountId }: ArtifactPayload) => clientId === client.id && accountId === person?.id;
  const lives = ({ exp }: ArtifactPayload) => exp !== undefined && exp > Math.floor(now.getTime() / 1000);
  if (![used, grant].every((one) => isTheirs(one) && lives(one))) return undefined;
  const { openid, resources } = grant as GrantPayload;
  return openid?.claims === undefined ? { ...(openid && { openid }), ...(resources && { resources }) } : undefined;
}

/** Whether it has nothing but what is known; what is empty or `false` is not there. */
function isPlain(payload: ArtifactPayload, known: ReadonlySet<string>): boolean {
  return Object.entries(payload).every(([name, value]) => known.has(name) || value === false || isEmpty(value));
}

const isEmpty = (value: unknown) =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);

const words = (text: string | undefined) => text?.split(' ').filter(Boolean) ?? [];
