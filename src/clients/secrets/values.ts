import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The prefix lets secret scanners recognize a leaked one. */
const PREFIX = 'lks_';

/** 256 random bits in base64url, after a prefix: so random that a fast hash is enough to store it. */
export function generateSecret(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** The one that matches. Compares in constant time with every hash, so that time does not tell which one it was. */
export function matchingSecret<Secret extends { readonly hash: Uint8Array }>(
  presented: string,
  secrets: readonly Secret[],
): Secret | undefined {
  const actual = hashSecret(presented);
  let matched: Secret | undefined;
  for (const secret of secrets) {
    if (secret.hash.length === actual.length && timingSafeEqual(actual, secret.hash)) matched = secret;
  }
  return matched;
}

/** Whether a secret that ends then, or never, can be used now. */
export const isLive = (endsAt: Date | null, now: Date) => endsAt === null || endsAt > now;

/** The secret that was presented, if it can be used now. */
export function liveSecret<Secret extends { readonly hash: Uint8Array; readonly expiresAt: Date | null }>(
  secrets: readonly Secret[],
  presented: string,
  now: Date,
): Secret | undefined {
  return matchingSecret(
    presented,
    secrets.filter(({ expiresAt }) => isLive(expiresAt, now)),
  );
}
