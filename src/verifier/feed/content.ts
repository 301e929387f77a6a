import type { KeySet } from '../remote/key-set.ts';
import { isObject, isWhole, readSigned } from '../remote/signed.ts';
import type { JsonObject } from '../token/strict-json.ts';
import type { Revoked } from './revoked.ts';

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
  const { payload, signer } = await readSigned(jws, keys, { typ: 'revocations+jwt', bytes: MAX_FEED_BYTES, depth: 2 });
  return { ...readPayload(payload, issuer), signer };
}

function readPayload({ iss, seq, iat, revoked }: JsonObject, issuer: string) {
  if (iss !== issuer) throw new Error('the revocation feed is of another issuer');
  if (!isWhole(seq) || !isWhole(iat)) throw new Error('the revocation feed has no place in time');
  if (!isObject(revoked)) throw new Error('no revocations');
  const entries = Object.entries(revoked);
  if (!entries.every((entry): entry is [string, number] => isWhole(entry[1]))) throw new Error('not a time');
  return { seq, iat, revoked: new Map(entries) };
}
