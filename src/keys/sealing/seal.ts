import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { MasterKey } from '../../config.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A sealed value names a master key that this process was not given. */
export class MissingMasterKey extends Error {
  constructor(id: string) {
    super(
      `MASTER_KEYS: key "${id}" is missing, and values in the database are sealed with it; add it back to the list`,
    );
    this.name = 'MissingMasterKey';
  }
}

/** A sealed value does not open with the master key that it names. */
export class WrongMasterKey extends Error {
  constructor(id: string) {
    super(`MASTER_KEYS: key "${id}" is not the key that the database was sealed with; restore the right value`);
    this.name = 'WrongMasterKey';
  }
}

/**
 * AES-256-GCM under the first master key. `context` is authenticated with it, so that a sealed value cannot be moved to
 * another row or purpose.
 * @returns `keyId.base64url(iv ‖ tag ‖ ciphertext)`
 */
export function seal(masterKeys: readonly MasterKey[], context: string, plaintext: string): string {
  const master = masterKeys[0];
  if (!master) throw new Error('no master key to seal with');
  return `${master.id}.${sealWith(master.key, context, Buffer.from(plaintext)).toString('base64url')}`;
}

/** The inverse of seal. @throws {MissingMasterKey} @throws {WrongMasterKey} */
export function unseal(masterKeys: readonly MasterKey[], context: string, sealed: string): string {
  const [id = '', body = ''] = sealed.split('.');
  const master = masterKeys.find((key) => key.id === id);
  if (!master) throw new MissingMasterKey(id);
  try {
    return unsealWith(master.key, context, Buffer.from(body, 'base64url')).toString();
  } catch {
    throw new WrongMasterKey(id);
  }
}

/** AES-256-GCM with a 32-byte key: `iv (12) ‖ tag (16) ‖ ciphertext`. */
export function sealWith(key: Uint8Array, context: string, plaintext: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
}

/** The inverse of sealWith. Throws when the key, the context or a single bit is not the same. */
export function unsealWith(key: Uint8Array, context: string, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES))
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
}

/** A 32-byte key from a bearer value of at least 256 random bits, by HKDF-SHA-256 (RFC 5869). */
export function keyFromBearer(value: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', value, '', purpose, 32));
}
