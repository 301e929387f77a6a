import { Secret, TOTP } from 'otpauth';

/** 160 bits, as many as SHA-1 has (RFC 4226 §4). @returns it in base32, as people type it */
export const newSeed = (): string => new Secret({ size: 20 }).base32;

/** As every authenticator app takes it: SHA-1, six digits, 30 seconds. */
const SETTINGS = { algorithm: 'SHA1', digits: 6, period: 30 } as const;

const codes = (seed: string, labels: { issuer?: string; label?: string } = {}) =>
  new TOTP({ ...SETTINGS, ...labels, secret: Secret.fromBase32(seed) });

/**
 * The time step that a code is of: the one of now, or one before or after it, for clocks that differ (RFC 6238 §5.2).
 * @returns undefined for a wrong code
 */
export function stepOf(seed: string, code: string, now: Date): number | undefined {
  const step = Math.floor(now.getTime() / 1000 / SETTINGS.period);
  const delta = codes(seed).validate({ token: code, timestamp: now.getTime(), window: 1 });
  return delta === null ? undefined : step + delta;
}

/** What an authenticator app reads from the picture. @param to whose it is, and at which server */
export function addressOfSeed(seed: string, to: { brand: string; email: string }): string {
  return codes(seed, { issuer: to.brand, label: to.email }).toString();
}
