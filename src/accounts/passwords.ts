import { hash, verify } from '@node-rs/argon2';
import { MAX_PASSWORD } from './strength/policy.ts';

/** Argon2id with the parameters that OWASP recommends; about 19 ms. */
const PARAMETERS = { memoryCost: 19456, timeCost: 2, parallelism: 1 };
const BEGINNING = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`;

/** The same password typed on two keyboards can differ in bytes (NIST SP 800-63B §3.1.1.2: normalize before hashing). */
export const normalizePassword = (password: string) => password.normalize('NFKC');

/** @returns a PHC string, `$argon2id$…` */
export function hashPassword(password: string): Promise<string> {
  return hash(normalizePassword(password), PARAMETERS);
}

/** Whether a hash is of other parameters than new ones: then the password is hashed anew when it is given next. */
export const isOutdated = (stored: string): boolean => !stored.startsWith(BEGINNING);

let decoy: Promise<string> | undefined;

/** A hash of nothing anyone knows, so that an unknown address takes as long as a wrong password. */
function decoyHash(): Promise<string> {
  decoy ??= hashPassword(crypto.randomUUID()).catch((error: unknown) => {
    // The next call tries again; otherwise one failed hash would fail every unknown address from then on.
    decoy = undefined;
    throw error;
  });
  return decoy;
}

/** Verifies against the stored hash; without one it takes the same time and answers false. */
export async function verifyPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  if ([...password].length > MAX_PASSWORD * 4) return false;
  const matches = await verify(stored ?? (await decoyHash()), normalizePassword(password));
  return matches && typeof stored === 'string';
}
