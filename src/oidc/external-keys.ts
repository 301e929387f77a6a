/**
 * oidc-provider's seam for keys that it does not hold: experimental, so it is used in this file only. It signs whatever
 * the keyring's signer is, and the private part never enters the provider.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { type Configuration, ExternalSigningKey, errors } from 'oidc-provider';
import type { Keyring } from '../keys/keyring.ts';
import { SignerUnavailable } from '../keys/signer.ts';
import type { SigningKey } from '../keys/signing-keys.ts';

/** Acknowledges this version of the experimental feature; another one fails at the start instead of surprising us. */
export const externalSigningSupport = { enabled: true, ack: 'experimental-01' };

class KeyringKey extends ExternalSigningKey {
  readonly #key: SigningKey;
  readonly #keyring: Keyring;
  #public: KeyObject | undefined;

  constructor(key: SigningKey, keyring: Keyring) {
    super();
    this.#key = key;
    this.#keyring = keyring;
  }

  override get kid(): string {
    return this.#key.kid;
  }

  override get alg(): string {
    return this.#key.alg;
  }

  override keyObject(): KeyObject {
    this.#public ??= createPublicKey({ key: this.#key.publicJwk as JsonWebKey, format: 'jwk' });
    return this.#public;
  }

  override async sign(data: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.#keyring.sign(this.#key, data);
    } catch (error) {
      if (error instanceof SignerUnavailable) throw new TemporarilyUnavailable(error);
      throw error;
    }
  }
}

/** RFC 6749 §4.1.2.1 has the code; as an answer of the token endpoint it comes with 503. */
class TemporarilyUnavailable extends errors.OIDCProviderError {
  constructor(cause: Error) {
    super(503, 'temporarily_unavailable', { cause });
  }
}

/** The published keys as the provider takes them, the one that signs first. */
export function externalKeys(keyring: Keyring): NonNullable<Configuration['jwks']> {
  return { keys: keyring.published().map((key) => new KeyringKey(key, keyring)) };
}
