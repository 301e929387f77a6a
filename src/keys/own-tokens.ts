import { createPublicKey, hash, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import type { TokenFacts } from '../revocation/revoke.ts';
import type { Keyring } from './keyring.ts';
import type { SigningKey } from './signing-keys.ts';

/** A JWT access token that this server issued. */
export interface OwnToken {
  readonly facts: TokenFacts;
  readonly claims: Readonly<Record<string, unknown>> & { exp: number; scope?: string; cnf?: Record<string, string> };
}

export interface OwnTokens {
  /** A token that we issued, with a key that is still good, and that has not expired; undefined for anything else. */
  read(token: string): OwnToken | undefined;
}

/** So many signatures are remembered; the one that was not asked for the longest goes first. */
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
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  if (more.length > 0) return undefined;
  const { alg, typ, kid } = decode(header);
  const key = findKey(keyring(), kid);
  if (!key || key.alg !== alg || typ !== 'at+jwt') return undefined;
  if (!isSigned(key, `${header}.${payload}`, signature)) return undefined;
  return toOwnToken(decode(payload), key.kid, issuer);
}

/** An object in JSON in base64url; an empty one for anything else. */
function decode(part: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(Buffer.from(part, 'base64url').toString())) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** RFC 7518 §3, RFC 8037 §3.1. A signature in another spelling of base64url is not ours. */
function isSigned(key: SigningKey, input: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  if (bytes.toString('base64url') !== signature) return false;
  const digest = key.alg === 'EdDSA' ? null : 'sha256';
  return verify(digest, Buffer.from(input), { key: publicKeyOf(key), dsaEncoding: 'ieee-p1363' }, bytes);
}

const publicKeys = new WeakMap<SigningKey, KeyObject>();

function publicKeyOf(key: SigningKey): KeyObject {
  const known = publicKeys.get(key) ?? createPublicKey({ key: key.publicJwk as JsonWebKey, format: 'jwk' });
  publicKeys.set(key, known);
  return known;
}

function toOwnToken(claims: Record<string, unknown>, kid: string, issuer: string): OwnToken | undefined {
  const { iss, jti, iat, exp, sub, aud, client_id: clientId, grant_id: grantId } = claims;
  if (iss !== issuer || typeof iat !== 'number' || typeof exp !== 'number') return undefined;
  if (!isText(jti) || !isText(sub) || !isText(aud) || !isText(clientId)) return undefined;
  const facts = {
    jti,
    iat,
    kid,
    clientId,
    subject: sub,
    audience: aud,
    grantId: isText(grantId) ? grantId : undefined,
  };
  return { facts, claims: claims as OwnToken['claims'] };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
