import { compactVerify, importJWK } from 'jose';
import type { Db } from '../../db/connections/connection.ts';
import { listSigningKeys, type SigningKey } from '../signing-keys.ts';
import { type KeyStage, LONGEST_TOKEN_LIFETIME, stageOf } from '../stages.ts';

/** Who signed a JWT, by all keys that this server ever had. */
export interface InspectedSignature {
  /** undefined: none of ours. */
  readonly key: (Pick<SigningKey, 'kid' | 'alg' | 'revokedAt'> & { readonly stage: KeyStage }) | undefined;
  readonly good: boolean;
}

/** Checks the signature of a JWS in compact form, also with a key that is no longer published. */
export async function inspectSignature(
  db: Db,
  jws: string,
  { kid, now }: { kid: unknown; now: Date },
): Promise<InspectedSignature> {
  const key = (await listSigningKeys(db)).find((candidate) => candidate.kid === kid);
  if (!key) return { key: undefined, good: false };
  const stage = stageOf(key, { retainFor: LONGEST_TOKEN_LIFETIME }, now);
  return { key: { kid: key.kid, alg: key.alg, revokedAt: key.revokedAt, stage }, good: await isSignedBy(key, jws) };
}

async function isSignedBy({ alg, publicJwk }: SigningKey, jws: string): Promise<boolean> {
  try {
    await compactVerify(jws, await importJWK(publicJwk, alg), { algorithms: [alg] });
    return true;
  } catch {
    return false;
  }
}
