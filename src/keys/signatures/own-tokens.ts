import { hash } from 'node:crypto';
import type { TokenFacts } from '../../revocation/revoke.ts';
import { readEp } from '../../revocation/token-epochs.ts';
import type { Keyring } from '../keyring.ts';
import { readSigned } from './signed-jws.ts';

/** A JWT access token that this server issued. */
export interface OwnToken {
  readonly facts: TokenFacts;
  readonly claims: Readonly<Record<string, unknown>> & { exp: number; scope?: string; cnf?: Record<string, string> };
}

export interface OwnTokens {
  /** A token that we issued, with a key that is still good, and that has not expired; undefined for anything else. */
  read(token: string): OwnToken | undefined;
}

/** How many signatures are remembered; the least recently used one goes first. */
const MOST = 10_000;

/**
 * Reads our own access tokens (RFC 9068). A resource server asks for the same token again and again, so a good signature is
 * remembered, by the token's hash. What can change is looked at each time: the key, the expiry, and by the caller revocation.
 */
export function createOwnTokens(parts: { keyring: () => Keyring; issuer: string; clock: () => Date }): OwnTokens {
  const remembered = new Map<string, OwnToken>();
  const recall = (name: string, token: string): OwnToken | undefined => {
    const known = remembered.get(name) ?? verifyToken(token, parts);
    remembered.delete(name);
    if (!known) return undefined;
    if (remembered.size >= MOST) remembered.delete(remembered.keys().next().value ?? '');
    remembered.set(name, known);
    return known;
  };
  return {
    read(token) {
      const own = recall(hash('sha256', token, 'base64url'), token);
      const isCurrent = own && own.claims.exp > Math.floor(parts.clock().getTime() / 1000);
      return isCurrent && findKey(parts.keyring(), own.facts.kid) ? own : undefined;
    },
  };
}

const findKey = (keyring: Keyring, kid: unknown) => keyring.published().find((key) => key.kid === kid);

function verifyToken(token: string, { keyring, issuer }: { keyring: () => Keyring; issuer: string }) {
  const signed = readSigned(token, (kid) => findKey(keyring(), kid));
  return signed?.typ === 'at+jwt' ? toOwnToken(signed.claims, signed.key.kid, issuer) : undefined;
}

function toOwnToken(claims: Record<string, unknown>, kid: string, issuer: string): OwnToken | undefined {
  const { iss, jti, iat, exp, sub, aud, client_id: clientId, grant_id: grantId } = claims;
  if (iss !== issuer || typeof iat !== 'number' || typeof exp !== 'number') return undefined;
  const ep = readEp(claims.ep);
  if (ep === null) return undefined;
  if (!isText(jti) || !isText(sub) || !isText(aud) || !isText(clientId)) return undefined;
  const facts = {
    jti,
    iat,
    kid,
    clientId,
    subject: sub,
    audience: aud,
    grantId: isText(grantId) ? grantId : undefined,
    ep,
  };
  return { facts, claims: claims as OwnToken['claims'] };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
