/**
 * oidc-provider's seam for keys that it does not hold: experimental, so it is used in this file only. It signs whatever
 * the keyring's signer is, and the private part never enters the provider.
 */
import {
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import { type Configuration, ExternalSigningKey, errors } from 'oidc-provider';
import type { Keyring } from '../keys/keyring.ts';
import { SignerUnavailable } from '../keys/signers/signer.ts';
import type { SigningAlg } from '../keys/signing-algs.ts';
import type { SigningKey } from '../keys/signing-keys.ts';
import type { ProviderMiddleware } from './middleware.ts';

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

/**
 * Stands in for an algorithm without a key, so that its apps are accepted and told to try again. Its key pair signs
 * nothing.
 */
class AbsentKey extends ExternalSigningKey {
  readonly #alg: SigningAlg;
  readonly #pair: KeyPairKeyObjectResult;

  constructor(alg: SigningAlg) {
    super();
    this.#alg = alg;
    this.#pair =
      alg === 'RS256'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }

  override get kid(): string {
    return `no-${this.#alg}-key`;
  }

  override get alg(): string {
    return this.#alg;
  }

  override keyObject(): KeyObject {
    return this.#pair.publicKey;
  }

  override async sign(): Promise<Uint8Array> {
    throw new TemporarilyUnavailable(new Error(`there is no ${this.alg} key`));
  }
}

/**
 * The keys as the provider takes them: the one that signs first, then the others that are published, and then those that
 * only ID token hints are still checked with. It would publish them all, so `/jwks` is answered by `publishJwks`.
 */
export function externalKeys(keyring: Keyring): NonNullable<Configuration['jwks']> {
  const keys = [...keyring.published(), ...keyring.remembered()];
  const lacking = keyring.algorithms().filter((alg) => !keyring.published().some((key) => key.alg === alg));
  return { keys: [...lacking.map((alg) => new AbsentKey(alg)), ...keys.map((key) => new KeyringKey(key, keyring))] };
}

/**
 * Answers `/jwks` with what is published, and with a word for `latchkey/verifier`: whether identifiers of APIs are the same with
 * and without a slash at the end. It is left out where two APIs differ by that alone, and where that cannot be found out.
 */
export function publishJwks(keyring: Keyring, hasSlashPairs: () => Promise<boolean>): ProviderMiddleware {
  return async (ctx, next) => {
    await next();
    if (ctx.oidc?.route !== 'jwks') return;
    const isEither = !(await hasSlashPairs().catch(() => true));
    ctx.body = { ...keyring.publicJwks(), ...(isEither && { audience_slash: 'either' }) };
  };
}
