import { hash, verify } from '@node-rs/argon2';
import { t } from '../texts/texts.ts';
import { isGuessable, type Owner } from './guessable-passwords.ts';

/** Argon2id with the parameters that OWASP recommends; about 19 ms. */
const PARAMETERS = { memoryCost: 19456, timeCost: 2, parallelism: 1 };

export const MIN_PASSWORD = 15;
export const MAX_PASSWORD = 256;

/** The same password typed on two keyboards can differ in bytes (NIST SP 800-63B §3.1.1.2: normalize before hashing). */
const normalize = (password: string) => password.normalize('NFKC');

/** What is wrong with a new password of someone, in words; undefined when nothing is. */
export function judgePassword(password: string, owner: Owner): string | undefined {
  const problem = judgeLength(password);
  if (problem || !isGuessable(password, owner)) return problem;
  return t('refusals.guessable');
}

/** What is wrong with the length alone. It counts code points. */
export function judgeLength(password: string): string | undefined {
  const length = [...normalize(password)].length;
  if (length < MIN_PASSWORD) return t('refusals.passwordShort', { least: MIN_PASSWORD });
  if (length > MAX_PASSWORD) return t('refusals.passwordLong', { most: MAX_PASSWORD });
  return undefined;
}

/** @returns a PHC string, `$argon2id$…` */
export function hashPassword(password: string): Promise<string> {
  return hash(normalize(password), PARAMETERS);
}

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
  const matches = await verify(stored ?? (await decoyHash()), normalize(password));
  return matches && typeof stored === 'string';
}
