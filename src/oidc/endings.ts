import type { Db } from '../db/connection.ts';
import { revokeTokens } from '../revocation/revoke.ts';
import { destroyArtifact, destroyTokensOfGrant } from './artifacts.ts';

/** What is to end: gathered while a request runs, and ended together. */
export interface Endings {
  readonly artifacts: { readonly model: string; readonly id: string }[];
  /** Grants whose tokens end. JWTs of a grant are not stored, so they are named as revoked. */
  readonly grants: string[];
}

export async function end(db: Db, { artifacts, grants }: Endings, now: Date): Promise<void> {
  for (const { model, id } of artifacts) await destroyArtifact(db, model, id);
  for (const grantId of grants) {
    await destroyTokensOfGrant(db, grantId);
    await revokeTokens(db, { kind: 'grant', value: grantId, reason: 'grant revoked' }, now);
  }
}
