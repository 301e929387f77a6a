import { compactVerify } from 'jose';
import type { KeySet } from '../remote/key-set.ts';
import { parseCompactJws } from '../token/compact-jws.ts';
import type { JsonObject } from '../token/strict-json.ts';
import { nameOf, type Revoked } from './revoked.ts';

export interface FeedContent {
  readonly seq: number;
  readonly iat: number;
  readonly revoked: Revoked;
  /** The key that signed it, as the feed itself would name it. */
  readonly signer: string;
}

export const MAX_FEED_BYTES = 8_000_000;

/** The feed in a signed answer of the issuer. @throws for anything else */
export async function readFeed(jws: string, keys: KeySet, issuer: string): Promise<FeedContent> {
  const { header, payload } = parseCompactJws(jws.trim(), { bytes: MAX_FEED_BYTES, depth: 2 });
  const { alg, typ, kid } = header;
  if (alg !== 'ES256' || typ !== 'revocations+jwt' || typeof kid !== 'string' || Object.keys(header).length !== 3) {
    throw new Error('not a revocation feed');
  }
  const key = await keys.find(kid);
  if (key?.alg !== alg) throw new Error('the revocation feed is signed by an unknown key');
  await compactVerify(jws.trim(), key.key, { algorithms: [alg] });
  return { ...readPayload(payload, issuer), signer: nameOf('key', kid) };
}

function readPayload({ iss, seq, iat, revoked }: JsonObject, issuer: string) {
  if (iss !== issuer) throw new Error('the revocation feed is of another issuer');
  if (!isWhole(seq) || !isWhole(iat)) throw new Error('the revocation feed has no place in time');
  if (typeof revoked !== 'object' || revoked === null || Array.isArray(revoked)) throw new Error('no revocations');
  const entries = Object.entries(revoked as JsonObject);
  if (!entries.every((entry): entry is [string, number] => isWhole(entry[1]))) throw new Error('not a time');
  return { seq, iat, revoked: new Map(entries) };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
