import { type Epochs, fingerprintOf, higher, indexOf, MOST_BITS } from '../../verifier/epochs/segments.ts';
import type { Entry } from './epoch-changes.ts';

/** On average, which keeps a signed segment at about 64 kB. */
const MOST_PER_SEGMENT = 1800;
/**
 * Entries leave in rounds of so many seconds, each by the first byte of its name, at the same times in all processes: verifiers
 * have to fetch what has changed, also where something was only forgotten.
 */
export const ROUND = 600;
const MOST_AT_ONCE = 5000;

interface Kept {
  readonly epoch: number;
  readonly goneAt: number;
}

/** The segments as they are listed: 2^bits fingerprints. */
export interface Listed {
  readonly bits: number;
  readonly fingerprints: readonly string[];
}

/** The entries in segments, each with its fingerprint. */
export interface EpochBook {
  /** As of the last taking that is finished; the segments may be ahead of it for a moment. */
  listed(): Listed;
  /** Takes what has changed, and lets go what is over. @returns whether anything is different */
  take(entries: readonly Entry[], now: number): Promise<boolean>;
  /** @param index below 2^bits */
  segment(bits: number, index: number): Epochs;
}

export function createEpochBook(): EpochBook {
  let listed: Listed = { bits: 0, fingerprints: [fingerprintOf(new Map())] };
  let parts = [new Map<string, Kept>()];
  let bits = 0;
  let count = 0;
  let clearedAt = Number.NEGATIVE_INFINITY;
  /** Segments that have changed since they were listed. */
  let changed = new Set<number>();

  function put({ name, epoch, forgetAt }: Entry, now: number): void {
    const at = indexOf(name, bits);
    const part = parts[at] as Map<string, Kept>;
    const before = part.get(name);
    const goneAt = Math.max(goneAtOf(name, forgetAt), before?.goneAt ?? 0);
    if (goneAt <= now) return;
    const next = higher(epoch, before?.epoch ?? 0);
    part.set(name, { epoch: next, goneAt });
    if (!before) count++;
    if (before?.epoch !== next) changed.add(at);
  }

  function letGo(now: number): void {
    const indexes = new Set(bytesDue(clearedAt, now).flatMap((byte) => indexesOf(byte, bits)));
    clearedAt = now;
    for (const at of indexes) {
      const part = parts[at] as Map<string, Kept>;
      for (const [name, { goneAt }] of part) {
        if (goneAt > now) continue;
        part.delete(name);
        count--;
        changed.add(at);
      }
    }
  }

  /** By the number of entries alone, so that processes agree. */
  function divide(): void {
    const wanted = bitsFor(count);
    if (wanted === bits) return;
    const divided = Array.from({ length: 2 ** wanted }, () => new Map<string, Kept>());
    for (const part of parts) for (const [name, kept] of part) divided[indexOf(name, wanted)]?.set(name, kept);
    parts = divided;
    bits = wanted;
    changed = new Set(parts.keys());
  }

  /** In pieces: there are requests to answer meanwhile. */
  async function list(): Promise<boolean> {
    if (changed.size === 0) return false;
    const fingerprints = listed.bits === bits ? [...listed.fingerprints] : [];
    let sinceRest = 0;
    for (const at of changed) {
      const part = parts[at] as Map<string, Kept>;
      fingerprints[at] = fingerprintOf(toEpochs(part));
      sinceRest += part.size;
      if (sinceRest < MOST_AT_ONCE) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sinceRest = 0;
    }
    changed = new Set();
    listed = { bits, fingerprints };
    return true;
  }

  return {
    listed: () => listed,
    async take(entries, now) {
      for (const entry of entries) put(entry, now);
      letGo(now);
      divide();
      return list();
    },
    segment(wanted, index) {
      const more = bits - wanted;
      if (more === 0) return toEpochs(parts[index] as Map<string, Kept>);
      const first = more > 0 ? index << more : index >> -more;
      const within = parts.slice(first, first + 2 ** Math.max(0, more));
      const entries = within.flatMap((part) => [...toEpochs(part)]);
      return new Map(entries.filter(([name]) => indexOf(name, wanted) === index));
    },
  };
}

const toEpochs = (part: ReadonlyMap<string, Kept>): Epochs =>
  new Map([...part].map(([name, { epoch }]) => [name, epoch]));

function bitsFor(count: number): number {
  const needed = Math.ceil(Math.log2(Math.max(1, count / MOST_PER_SEGMENT)));
  return Math.min(needed, MOST_BITS);
}

const phaseOf = (byte: number) => (byte / 256) * ROUND;

/** The end of the round in which it is forgotten. */
function goneAtOf(name: string, forgetAt: number): number {
  const phase = phaseOf(indexOf(name, 8));
  return Math.ceil((forgetAt - phase) / ROUND) * ROUND + phase;
}

/** The first bytes of names whose round has ended in between. */
function bytesDue(before: number, now: number): number[] {
  const roundAt = (time: number, byte: number) => Math.floor((time - phaseOf(byte)) / ROUND);
  return [...Array(256).keys()].filter((byte) => roundAt(now, byte) > roundAt(before, byte));
}

/** The segments in which names with that first byte are. */
function indexesOf(byte: number, bits: number): number[] {
  if (bits <= 8) return [byte >> (8 - bits)];
  const more = 2 ** (bits - 8);
  return Array.from({ length: more }, (_, at) => byte * more + at);
}
