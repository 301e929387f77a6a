import type { JWK } from 'jose';
import type { SigningAlg } from './signing-keys.ts';

/**
 * Whoever holds private keys: this process with keys from the database, or something outside that never gives them
 * away (an HSM behind PKCS#11, a cloud KMS, the signer of examples/signer.ts).
 */
export interface Signer {
  /** Written to each key, so that it is clear who can sign with it. */
  readonly name: 'database' | 'socket';
  /** Makes a key pair. `sealedPrivateJwk` is for the database; undefined when the key stays where it was made. */
  createKey(alg: SigningAlg): Promise<{ publicJwk: JWK; sealedPrivateJwk: string | undefined }>;
  /**
   * Signs the ASCII bytes `header.payload` of a JWS (RFC 7515 §5.1).
   * @returns the signature in JOSE form: for ES256 `r ‖ s`, 64 bytes (RFC 7518 §3.4)
   * @throws {SignerUnavailable}
   */
  sign(key: HeldKey, data: Uint8Array): Promise<Uint8Array>;
  /** Checks at the start that every key can be used. @throws {MissingMasterKey} @throws {WrongMasterKey} */
  check(keys: readonly HeldKey[]): void;
}

/** A key as its signer knows it. */
export interface HeldKey {
  readonly kid: string;
  readonly alg: SigningAlg;
  readonly sealedPrivateJwk: string | undefined;
}

/** The signer does not answer, or not in time. The request may be tried again. */
export class SignerUnavailable extends Error {
  constructor(cause: unknown) {
    super('the signer does not answer', { cause });
    this.name = 'SignerUnavailable';
  }
}
