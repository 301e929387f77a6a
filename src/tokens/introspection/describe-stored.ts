import { CODES, isAlive, isPlain, OF_ACCESS_TOKENS, OF_REFRESH_TOKENS, sessionLives } from '../liveness.ts';
import type { ArtifactPayload } from '../storage/artifacts.ts';
import type { StoredToken } from '../storage/stored-token.ts';
import type { Description } from './introspect.ts';

const MEMBERS: Readonly<Record<string, ReadonlySet<string>>> = {
  AccessToken: OF_ACCESS_TOKENS,
  RefreshToken: OF_REFRESH_TOKENS,
};

const INACTIVE = { active: false } as const;

interface Asking {
  readonly clientId: string;
  readonly issuer: string;
  readonly now: Date;
}

/**
 * The answer about an opaque token, which only the app that has it may see; for anyone else it does not exist.
 * @returns undefined where it has something special about it
 */
export function describeStored(stored: StoredToken | undefined, asking: Asking): Description | undefined {
  if (!stored || CODES.has(stored.model)) return INACTIVE;
  const { model, payload } = stored;
  const members = MEMBERS[model];
  if (!members || !isPlain(payload, members) || payload.grantId === undefined) return undefined;
  return payload.clientId === asking.clientId && isActive(stored, asking.now) ? describe(stored, asking) : INACTIVE;
}

/** As long as it, its session where it ends with one, and its grant are there, and unless it was used. */
function isActive(stored: StoredToken, now: Date): boolean {
  const { model, payload, consumedAt, grant } = stored;
  if (model === 'RefreshToken' && consumedAt) return false;
  if (!isAlive(payload, now) || !sessionLives(stored, now)) return false;
  if (!grant || !isAlive(grant, now)) return false;
  return grant.clientId === payload.clientId && grant.accountId === payload.accountId;
}

function describe({ model, payload }: StoredToken, { issuer }: Asking): Description {
  const { accountId, clientId, exp, iat, sid, aud, scope, jkt, extra }: Described = payload;
  return {
    active: true,
    ...{ sub: accountId, ...extra },
    ...{ client_id: clientId, exp, iat, sid, iss: issuer, aud },
    scope: scope || undefined,
    ...(jkt && { cnf: { jkt } }),
    ...(model === 'AccessToken' && { token_type: jkt ? 'DPoP' : 'Bearer' }),
  };
}

type Described = ArtifactPayload & { aud?: string; jkt?: string; extra?: Record<string, unknown> };
