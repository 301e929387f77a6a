import { createHash } from 'node:crypto';

/** Name → the lowest epoch that is alive. DEAD: nothing of that name is alive, whatever a token says. */
export type Epochs = ReadonlyMap<string, number>;

export const DEAD = -1;

/** So many segments at most: 2^12. */
export const MOST_BITS = 12;

const NAME = /^[\w-]{21}[AQgw]$/;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const DIGITS = new Map([...ALPHABET].map((character, at) => [character, at]));

/** Whether this is 16 bytes in base64url, as all names in the feed are. */
export const isName = (text: string): boolean => NAME.test(text);

/** The segment that a name is in: its first bits. */
export function indexOf(name: string, bits: number): number {
  const first = ((DIGITS.get(name[0] ?? '') ?? 0) << 6) | (DIGITS.get(name[1] ?? '') ?? 0);
  return first >> (MOST_BITS - bits);
}

/** The higher of two, where DEAD is above all. */
export function higher(one: number, other: number): number {
  return one === DEAD || other === DEAD ? DEAD : Math.max(one, other);
}

/**
 * The same for the same entries, wherever and in whatever order they were gathered: 16 bytes of SHA-256 over the lines
 * `name:epoch`, sorted.
 */
export function fingerprintOf(epochs: Epochs): string {
  const lines = [...epochs].map(([name, epoch]) => `${name}:${epoch}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest().subarray(0, 16).toString('base64url');
}
