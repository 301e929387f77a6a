import type { JWK } from 'jose';
import { AppError } from '../../errors.ts';
import type { SigningAlg } from '../signing-algs.ts';

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

/** There is nobody who signs: the signer does not answer in time, or there is no key. The request may be tried again. */
export class SignerUnavailable extends AppError {
  constructor(cause: unknown) {
    super('unavailable', { cause, retryAfter: 1 });
    this.name = 'SignerUnavailable';
  }
}
