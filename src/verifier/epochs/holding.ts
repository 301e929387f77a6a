import type { TokenEpoch } from '../feed/revoked.ts';
import type { Incarnation } from './content.ts';
import { DEAD, type Epochs, fingerprintOf, higher, indexOf } from './segments.ts';

/** Entries that a process keeps at most: about 150 MB. */
const MOST_ENTRIES = 1_000_000;
/** Other versions of a segment that are remembered to say nothing new. */
const MOST_COVERED = 8;
const MOST_AT_ONCE = 5000;

interface Held {
  readonly epochs: Epochs;
  readonly fingerprint: string;
  /** Versions of which everything is held too, here or among what lingers. */
  readonly covered: readonly string[];
}

/** What is known of one incarnation. It only grows: a segment from a process that knows less takes nothing away. */
export interface Holding extends Incarnation {
  /** The lowest epoch of that name that is alive, or DEAD; 0 where nothing has ended. */
  get(name: string): number;
  /** The segments, of so many bits, whose fingerprints say something new. */
  missing(bits: number, fingerprints: readonly string[]): Promise<number[]>;
  /** Takes a version of a segment, of the bits that were last asked for. @throws when it would be too much */
  put(index: number, epochs: Epochs): void;
  /** All that was missing is here. */
  settle(): void;
}

/**
 * What a newer version of a segment lacks was forgotten, because all such tokens have expired; or the version comes from
 * a process that has not heard of it yet. Nobody can tell, so it lingers as long as a process may be behind.
 */
export function createHolding({ inc, since }: Incarnation, lingerSeconds: number, now: () => number): Holding {
  let bits = 0;
  let parts: Held[] = [hold(new Map())];
  const lingering = new Map<string, { epoch: number; until: number }>();
  /** When the first of it may go. */
  let fadesAt = Number.POSITIVE_INFINITY;
  /** What was due to go by then goes once all that was named without it is held. */
  let fading: number | undefined;

  const count = () => parts.reduce((sum, { epochs }) => sum + epochs.size, lingering.size);

  /** In pieces: a process with many entries has requests to answer meanwhile. */
  async function divide(into: number): Promise<void> {
    const divided = Array.from({ length: 2 ** into }, () => new Map<string, number>());
    for (const { epochs } of parts) for (const [name, epoch] of epochs) divided[indexOf(name, into)]?.set(name, epoch);
    const next: Held[] = [];
    let sinceRest = 0;
    for (const epochs of divided) {
      next.push(hold(epochs));
      sinceRest += epochs.size;
      if (sinceRest < MOST_AT_ONCE) continue;
      await new Promise((resolve) => setTimeout(resolve, 0));
      sinceRest = 0;
    }
    bits = into;
    parts = next;
  }

  return {
    inc,
    since,
    get(name) {
      const here = parts[indexOf(name, bits)]?.epochs.get(name) ?? 0;
      return lingering.size === 0 ? here : higher(here, lingering.get(name)?.epoch ?? 0);
    },
    async missing(wanted, fingerprints) {
      // What lingers may go soon. Versions that are known by it alone are fetched again, before it goes.
      if (now() >= fadesAt) {
        fading = now();
        parts = parts.map((part) => ({ ...part, covered: [] }));
      }
      if (wanted !== bits) await divide(wanted);
      const isKnown = (fingerprint: string, part: Held | undefined) =>
        part !== undefined && (part.fingerprint === fingerprint || part.covered.includes(fingerprint));
      return fingerprints.flatMap((fingerprint, index) => (isKnown(fingerprint, parts[index]) ? [] : [index]));
    },
    put(index, epochs) {
      const before = parts[index] as Held;
      if (count() - before.epochs.size + epochs.size > MOST_ENTRIES) throw new Error('there are too many epochs');
      const until = now() + lingerSeconds;
      for (const [name, epoch] of before.epochs) {
        const next = epochs.get(name) ?? 0;
        if (higher(next, epoch) === next) continue;
        lingering.set(name, { epoch: higher(epoch, lingering.get(name)?.epoch ?? 0), until });
        fadesAt = Math.min(fadesAt, until);
      }
      const covered = [before.fingerprint, ...before.covered].slice(0, MOST_COVERED);
      parts[index] = { ...hold(epochs), covered };
    },
    settle() {
      if (fading === undefined) return;
      for (const [name, { until }] of lingering) if (until <= fading) lingering.delete(name);
      fadesAt = Number.POSITIVE_INFINITY;
      for (const { until } of lingering.values()) fadesAt = Math.min(fadesAt, until);
      fading = undefined;
    },
  };
}

const hold = (epochs: Epochs): Held => ({ epochs, fingerprint: fingerprintOf(epochs), covered: [] });

export function hasEnded(holding: Holding, epochs: readonly TokenEpoch[]): boolean {
  return epochs.some(({ name, epoch }) => {
    const alive = holding.get(name);
    return alive === DEAD || epoch < alive;
  });
}
