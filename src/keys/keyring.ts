import type { JWK } from 'jose';
import type { Kysely } from 'kysely';
import { CLIENT_CACHE_TOPIC, versionOf, type Watch } from '../db/changes.ts';
import type { Tables } from '../db/tables/tables.ts';
import { ALWAYS } from './algorithms.ts';
import { KEYS_TOPIC, maintainKeys } from './rotation.ts';
import { type Signer, SignerUnavailable } from './signers/signer.ts';
import type { SigningAlgorithms } from './signing-algs.ts';
import { SIGNING_ALGS, type SigningAlg } from './signing-algs.ts';
import { listSigningKeys, type SigningKey, signingKeysFingerprint } from './signing-keys.ts';
import { type KeyStage, type RotationPolicy, secondsAfter, stageOf } from './stages.ts';

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
export interface Keyring extends SigningAlgorithms {
  /** Everything that belongs into the JWKS, for each algorithm the key that signs before all others. */
  published(): readonly SigningKey[];
  /** Keys that have left the JWKS without being revoked, while there may be sessions with ID tokens of theirs. */
  remembered(): readonly SigningKey[];
  /** The key that signs now. @throws {SignerUnavailable} there is none */
  active(alg: SigningAlg): SigningKey;
  /** @throws {SignerUnavailable} */
  sign(key: SigningKey, data: Uint8Array): Promise<Uint8Array>;
  publicJwks(): { keys: JWK[] };
  /** Reads the keys again and tells the listener. */
  reload(): Promise<void>;
  /** Makes what is due, of every algorithm. */
  maintain(): Promise<void>;
  /** What to watch so that this process follows what others do, and the time, and makes keys of what comes into use. */
  readonly watches: readonly Watch[];
}

export interface KeyringParts {
  readonly db: Kysely<Tables>;
  /** The first makes new keys; the others only sign with keys that they hold already. */
  readonly signers: readonly [Signer, ...Signer[]];
  readonly policy: RotationPolicy;
  /** Seconds for which a session may last, and with it the hints that it was given. */
  readonly rememberFor: number;
  readonly clock: () => Date;
  readonly onChange: (keyring: Keyring) => void;
}

/** Active keys first, so that a reader that picks the first one that fits never picks one that is still waiting. */
const ORDER: Record<KeyStage, number> = { active: 0, retiring: 1, pending: 2, gone: 3 };

/** Opens the keyring with an active key of every algorithm that must have one. @throws {MissingMasterKey} @throws {WrongMasterKey} @throws {MissingSigner} */
export async function openKeyring(parts: KeyringParts): Promise<Keyring> {
  const { db, signers, policy, rememberFor, clock, onChange } = parts;
  let all: readonly SigningKey[] = [];
  const stage = (key: SigningKey) => stageOf(key, policy, clock());
  const signerOf = (name: SigningKey['signer']) => signers.find((signer) => signer.name === name);

  const load = async () => {
    all = await listSigningKeys(db);
    const current = all.filter((key) => stage(key) !== 'gone');
    for (const name of new Set(current.map((key) => key.signer))) {
      const signer = signerOf(name);
      if (!signer) throw new MissingSigner(name);
      signer.check(current.filter((key) => key.signer === name));
    }
  };

  const keyring: Keyring = {
    published: () => all.filter((key) => stage(key) !== 'gone').sort((a, b) => ORDER[stage(a)] - ORDER[stage(b)]),
    remembered: () => all.filter((key) => stage(key) === 'gone' && endedLately(key, rememberFor, clock())),
    active(alg) {
      const ofAlg = (key: SigningKey) => key.alg === alg;
      const key = all.find((one) => ofAlg(one) && stage(one) === 'active') ?? keyring.published().find(ofAlg);
      if (!key) throw new SignerUnavailable(new Error(`there is no signing key for ${alg}`));
      return key;
    },
    algorithms() {
      const known = all.filter((key) => ['active', 'retiring'].includes(stage(key))).map(({ alg }) => alg);
      return SIGNING_ALGS.filter((alg) => ALWAYS.has(alg) || known.includes(alg));
    },
    async sign(key, data) {
      try {
        const signer = signerOf(key.signer);
        if (!signer) throw new MissingSigner(key.signer);
        return await signer.sign(key, data);
      } catch (error) {
        throw error instanceof SignerUnavailable ? error : new SignerUnavailable(error);
      }
    },
    publicJwks: () => ({ keys: keyring.published().map((key) => key.publicJwk) }),
    async reload() {
      try {
        await load();
      } finally {
        // Also when one of the keys cannot be used here: others may have been revoked, and verifiers must hear of it.
        onChange(keyring);
      }
    },
    async maintain() {
      await maintainKeys({ db, signer: signers[0], policy }, clock());
    },
    watches: [
      {
        topic: KEYS_TOPIC,
        // Stages change by time alone, so they are part of what is compared.
        fingerprint: async () =>
          [await signingKeysFingerprint(db), ...all.map((key) => `${key.kid} ${stage(key)}`)].join(),
        onChange: async () => {
          await keyring.reload();
          // The process that revoked a key may have been unable to make the next one.
          if (![...ALWAYS].every((alg) => keyring.published().some((key) => key.alg === alg))) await keyring.maintain();
        },
      },
      // An API or app may be the first to use an algorithm, or the last.
      {
        topic: CLIENT_CACHE_TOPIC,
        fingerprint: () => versionOf(db, CLIENT_CACHE_TOPIC),
        onChange: () => keyring.maintain(),
      },
    ],
  };
  await load();
  await keyring.maintain();
  await load();
  return keyring;
}

/** Revoked ones are not remembered, nor those that never signed. */
function endedLately({ activatesAt, retiresAt, revokedAt }: SigningKey, seconds: number, now: Date): boolean {
  return !revokedAt && retiresAt !== null && retiresAt > activatesAt && now < secondsAfter(retiresAt, seconds);
}
