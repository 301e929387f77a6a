import type { Db } from '../db/connections/connection.ts';
import { t } from '../texts/texts.ts';
import { algorithmOf, isAlwaysThere } from './algorithms.ts';
import type { SigningAlg } from './signing-algs.ts';
import { listSigningKeys } from './signing-keys.ts';
import { LONGEST_TOKEN_LIFETIME, stageOf } from './stages.ts';

/** How something is signed while an algorithm was chosen whose key verifiers may not know yet. */
export interface SigningNow {
  readonly chosen: SigningAlg;
  readonly now: SigningAlg;
  /** From when the chosen one signs; undefined when it does, or when a server has yet to make its key. */
  readonly from: Date | undefined;
}

export async function findSigningNow(
  db: Db,
  chosen: { readonly alg: SigningAlg; readonly before: SigningAlg | null },
  now: Date,
): Promise<SigningNow> {
  if (isAlwaysThere(chosen.alg)) return { chosen: chosen.alg, now: chosen.alg, from: undefined };
  const keys = (await listSigningKeys(db)).filter(({ alg }) => alg === chosen.alg);
  const stages = keys.map((key) => ({ key, stage: stageOf(key, { retainFor: LONGEST_TOKEN_LIFETIME }, now) }));
  const signs = stages.some(({ stage }) => stage === 'active' || stage === 'retiring');
  const alg = algorithmOf({ algorithms: () => (signs ? [chosen.alg] : []) }, chosen);
  const waiting = stages.filter(({ stage }) => stage === 'pending').map(({ key }) => key.activatesAt.getTime());
  const from = alg === chosen.alg || waiting.length === 0 ? undefined : new Date(Math.min(...waiting));
  return { chosen: chosen.alg, now: alg, from };
}

/** How the ID tokens of an app are signed. */
export const findIdTokenSigning = (
  db: Db,
  client: { readonly id_token_alg: SigningAlg; readonly id_token_alg_before: SigningAlg | null },
  now: Date,
) => findSigningNow(db, { alg: client.id_token_alg, before: client.id_token_alg_before }, now);

/** In a few words: “EdDSA”, or “EdDSA from … on, ES256 until then”. */
export function describeSigning({ chosen, now, from }: SigningNow, inMoment: (at: Date) => string): string {
  if (chosen === now) return chosen;
  return from ? t('words.signedFrom', { chosen, from: inMoment(from), now }) : t('words.signedOnce', { chosen, now });
}
