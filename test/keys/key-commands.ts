import { maintainKeys, revokeKey, rotateKey } from '../../src/keys/rotation.ts';
import type { Signer } from '../../src/keys/signers/signer.ts';
import { createSigners } from '../../src/keys/signers/signers.ts';
import type { SigningAlg } from '../../src/keys/signing-algs.ts';
import { listSigningKeys } from '../../src/keys/signing-keys.ts';
import { stageOf } from '../../src/keys/stages.ts';
import type { TestServer } from '../support/server.ts';

/** What `latchkey key` does, beside a server. */
export function keyCommands({ database, secrets }: TestServer, signer?: Signer) {
  const policy = { rotateEvery: 30 * 86_400, publishFor: 3600, retainFor: 86_400 };
  const parts = { db: database.db, signer: signer ?? createSigners(secrets.masterKeys, undefined)[0], policy };
  const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
  return {
    policy,
    maintain: () => maintainKeys(parts, new Date()),
    rotate: (alg: SigningAlg) => rotateKey(parts, alg, by()),
    revoke: (kid: string) => revokeKey(parts, { kid, reason: 'a test' }, by()),
    /** The one key of an algorithm that signs now. */
    async active(alg: SigningAlg): Promise<string> {
      const keys = await listSigningKeys(database.db);
      const active = keys.filter((key) => key.alg === alg && stageOf(key, policy, new Date()) === 'active');
      if (active.length !== 1) throw new Error(`${active.length} ${alg} keys sign`);
      return active[0]?.kid ?? '';
    },
  };
}
