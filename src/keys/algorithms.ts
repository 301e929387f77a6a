import { sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import type { Api, Client } from '../db/tables/catalogue.ts';
import type { AlgorithmUse } from './plans.ts';
import { SIGNING_ALGS, type SigningAlg, type SigningAlgorithms } from './signing-algs.ts';

/** What we sign with by default, and what must exist (RFC 9068 §2.1, OpenID Connect Core §15.1). */
export const ALWAYS: ReadonlySet<SigningAlg> = new Set(['ES256', 'RS256']);

export const isAlwaysThere = (alg: SigningAlg) => ALWAYS.has(alg);

/** What signs now: what was chosen or, until verifiers know a key of that, what signed before. */
export function algorithmOf(
  signing: SigningAlgorithms,
  { alg, before }: { readonly alg: SigningAlg; readonly before: SigningAlg | null },
): SigningAlg {
  return isAlwaysThere(alg) || signing.algorithms().includes(alg) ? alg : (before ?? 'ES256');
}

export const algorithmOfApi = (signing: SigningAlgorithms, api: Pick<Api, 'signing_alg' | 'signing_alg_before'>) =>
  algorithmOf(signing, { alg: api.signing_alg, before: api.signing_alg_before });

export const algorithmOfIdTokens = (
  signing: SigningAlgorithms,
  client: Pick<Client, 'id_token_alg' | 'id_token_alg_before'>,
) => algorithmOf(signing, { alg: client.id_token_alg, before: client.id_token_alg_before });

/** Some readers of a JWKS fail on the whole of it where one key is of a kind that they lack, so others are there on demand. */
export async function useOf(db: Db, alg: SigningAlg): Promise<AlgorithmUse> {
  if (ALWAYS.has(alg)) return 'always';
  const { rows } = await sql<{ chosen: boolean }>`
    select exists (select from apis where signing_alg = ${alg}) or exists (select from clients where id_token_alg = ${alg})
      as chosen`.execute(db);
  return rows[0]?.chosen ? 'chosen' : 'unused';
}

/** Those that have keys: what is always there, and what an API or app was set to. */
export async function algorithmsInUse(db: Db): Promise<SigningAlg[]> {
  const uses = await Promise.all(SIGNING_ALGS.map(async (alg) => ({ alg, use: await useOf(db, alg) })));
  return uses.flatMap(({ alg, use }) => (use === 'unused' ? [] : [alg]));
}
