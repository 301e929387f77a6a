import type { JWK } from 'jose';
import type { Kysely } from 'kysely';
import type { Watch } from '../db/changes.ts';
import type { Tables } from '../db/tables.ts';
import { KEYS_TOPIC, maintainKeys } from './rotation.ts';
import type { Signer } from './signer.ts';
import { listSigningKeys, type SigningAlg, type SigningKey, signingKeysFingerprint } from './signing-keys.ts';
import { type KeyStage, type RotationPolicy, stageOf } from './stages.ts';

/** A key that must be used is held by a signer that this process was not given. */
export class MissingSigner extends Error {
  constructor(name: string) {
    super(
      `SIGNER: there are signing keys that only the "${name}" signer can use; set SIGNER as it was, or revoke them`,
    );
    this.name = 'MissingSigner';
  }
}

/** The signing keys as this process knows them, and the means to sign with them. */
export interface Keyring {
  /** Everything that belongs into the JWKS, for each algorithm the key that signs before all others. */
  published(): readonly SigningKey[];
  /** The key that signs now. */
  active(alg: SigningAlg): SigningKey;
  /** @throws {SignerUnavailable} */
  sign(key: SigningKey, data: Uint8Array): Promise<Uint8Array>;
  publicJwks(): { keys: JWK[] };
  /** Reads the keys again and tells the listener. */
  reload(): Promise<void>;
  /** Makes what is due, of every algorithm. */
  maintain(): Promise<void>;
  /** What to watch so that this process follows what others do, and the time. */
  readonly watch: Watch;
}

export interface KeyringParts {
  readonly db: Kysely<Tables>;
  /** The first makes new keys; the others only sign with keys that they hold already. */
  readonly signers: readonly [Signer, ...Signer[]];
  readonly policy: RotationPolicy;
  readonly clock: () => Date;
  readonly onChange: (keyring: Keyring) => void;
}

/** Active keys first: whoever picks "the first that fits" never picks one that is still waiting. */
const ORDER: Record<KeyStage, number> = { active: 0, retiring: 1, pending: 2, gone: 3 };

/** Opens the keyring with at least one active key of every algorithm. @throws {MissingMasterKey} @throws {WrongMasterKey} @throws {MissingSigner} */
export async function openKeyring(parts: KeyringParts): Promise<Keyring> {
  const { db, signers, policy, clock, onChange } = parts;
  let keys: readonly SigningKey[] = [];
  const stage = (key: SigningKey) => stageOf(key, policy, clock());
  const signerOf = (name: SigningKey['signer']) => signers.find((signer) => signer.name === name);

  const load = async () => {
    const all = await listSigningKeys(db);
    const current = all.filter((key) => stage(key) !== 'gone');
    for (const name of new Set(current.map((key) => key.signer))) {
      const signer = signerOf(name);
      if (!signer) throw new MissingSigner(name);
      signer.check(current.filter((key) => key.signer === name));
    }
    keys = current;
  };

  const keyring: Keyring = {
    published: () => keys.filter((key) => stage(key) !== 'gone').sort((a, b) => ORDER[stage(a)] - ORDER[stage(b)]),
    active(alg) {
      const ofAlg = (key: SigningKey) => key.alg === alg;
      const key = keys.find((one) => ofAlg(one) && stage(one) === 'active') ?? keyring.published().find(ofAlg);
      if (!key) throw new Error(`there is no signing key for ${alg}`);
      return key;
    },
    async sign(key, data) {
      const signer = signerOf(key.signer);
      if (!signer) throw new MissingSigner(key.signer);
      return signer.sign(key, data);
    },
    publicJwks: () => ({ keys: keyring.published().map((key) => key.publicJwk) }),
    async reload() {
      await load();
      onChange(keyring);
    },
    async maintain() {
      await maintainKeys({ db, signer: signers[0], policy }, clock());
    },
    watch: {
      topic: KEYS_TOPIC,
      // Stages change by time alone, so they are part of what is compared.
      fingerprint: async () =>
        [await signingKeysFingerprint(db), ...keys.map((key) => `${key.kid} ${stage(key)}`)].join(),
      onChange: () => keyring.reload(),
    },
  };
  await load();
  await keyring.maintain();
  await load();
  return keyring;
}
