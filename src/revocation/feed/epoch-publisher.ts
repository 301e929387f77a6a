import { createHash } from 'node:crypto';
import type { Db } from '../../db/connections/connection.ts';
import type { Keyring } from '../../keys/keyring.ts';
import { signCompact } from '../../keys/signatures/jws.ts';
import { fingerprintOf, MOST_BITS } from '../../verifier/epochs/segments.ts';
import { REVOCATIONS_TOPIC } from '../revoke.ts';
import { createEpochReading, type Reading } from './epoch-reading.ts';
import type { FeedPublisher, SignedFeed } from './publisher.ts';

/** Seconds after which the same list is read and signed anew, so that its `iat` shows that the server is alive. */
const SIGN_AGAIN = 10;
/** Seconds without anybody who asks, after which changes are not read any more until somebody does. */
const IN_USE = 60;
/** Seconds: versions of segments that this process does not know make it read the database this often at most. */
const READ_AGAIN = 0.25;
/** Signed segments that are kept: about 30 MB. */
const MOST_SIGNED = 512;

export interface EpochPublisher extends FeedPublisher {
  /**
   * A segment as it is now. @param of the fingerprint that the caller was told of: another process may have heard more
   * @returns undefined where there is no such segment
   */
  segment(bits: number, index: number, of: string | undefined): Promise<SignedFeed | undefined>;
}

interface Saying {
  /** For how long it may be said again. */
  readonly seconds: number;
  readonly typ: string;
  readonly say: () => object;
}

interface Signed {
  readonly about: string;
  readonly kid: string;
  readonly at: number;
  readonly feed: Promise<SignedFeed>;
}

/** The signed list of epochs and its segments, from memory: one change costs the reading of that change. */
export function createEpochPublisher(parts: {
  db: Db;
  keyring: () => Keyring;
  issuer: string;
  clock: () => Date;
}): EpochPublisher {
  const { keyring, issuer } = parts;
  const reading = createEpochReading(parts.db);
  const listeners = new Set<(feed: SignedFeed) => void>();
  const signed = new Map<string, Signed>();
  let read: Reading | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let inFlight: Promise<Reading> | undefined;
  /** Whether something has changed since the last reading began. */
  let heard = true;

  const now = () => parts.clock().getTime();
  const isYoung = (at: number, seconds: number) => now() >= at && now() - at < seconds * 1000;

  function readNow(): Promise<Reading> {
    const began = now();
    heard = false;
    const run = reading.read();
    inFlight = run;
    run
      .then(
        (done) => {
          read = done;
          readAt = began;
        },
        () => {
          heard = true;
        },
      )
      .finally(() => {
        if (inFlight === run) inFlight = undefined;
      });
    return run;
  }

  async function current(): Promise<Reading> {
    askedAt = now();
    if (heard) return readNow();
    if (inFlight) return inFlight;
    return read && isYoung(readAt, SIGN_AGAIN) ? read : readNow();
  }

  /** Once for each content and key, and again when that was long ago. */
  async function sign(name: string, about: string, { seconds, typ, say }: Saying): Promise<SignedFeed> {
    // Asked for first: without a key there is nothing to begin.
    const { kid } = keyring().active('ES256');
    const known = signed.get(name);
    if (known && known.about === about && known.kid === kid && isYoung(known.at, seconds)) return known.feed;
    const etag = `W/"${createHash('sha256').update(about).digest('base64url').slice(0, 22)}"`;
    const feed = signCompact(keyring(), { alg: 'ES256', typ }, { iss: issuer, ...say() }).then((jws) => ({
      body: Buffer.from(jws, 'latin1'),
      etag,
    }));
    const making = { about, kid, at: now(), feed };
    signed.delete(name);
    signed.set(name, making);
    const [oldest] = signed.keys();
    if (signed.size > MOST_SIGNED && oldest !== undefined) signed.delete(oldest);
    feed.catch(() => {
      if (signed.get(name) === making) signed.delete(name);
    });
    return feed;
  }

  function list({ book, moment: { inc, since, now: iat } }: Reading): Promise<SignedFeed> {
    const { bits, fingerprints } = book.listed();
    const say = () => {
      const content = bits === 0 ? { epochs: Object.fromEntries(book.segment(0, 0)) } : { segments: fingerprints };
      return { inc, since, iat: Math.floor(iat), bits, ...content };
    };
    const about = [inc, since, bits, ...fingerprints].join();
    return sign('list', about, { seconds: SIGN_AGAIN, typ: 'epochs+jwt', say });
  }

  function segmentOf(
    { book, moment: { inc, since, now: iat } }: Reading,
    bits: number,
    index: number,
  ): Promise<SignedFeed> {
    const listed = book.listed();
    const epochs = book.segment(bits, index);
    const fingerprint = listed.bits === bits ? listed.fingerprints[index] : fingerprintOf(epochs);
    const say = () => ({ inc, since, iat: Math.floor(iat), bits, index, epochs: Object.fromEntries(epochs) });
    const about = [inc, since, bits, index, fingerprint].join();
    return sign(`${bits}/${index}`, about, { seconds: Number.POSITIVE_INFINITY, typ: 'epoch-segment+jwt', say });
  }

  return {
    async current() {
      return list(await current());
    },
    async segment(bits, index, of) {
      const isThere = ({ book }: Reading) => isNear(bits, book.listed().bits) && index < 2 ** bits;
      const known = await current();
      const { bits: listedBits, fingerprints } = known.book.listed();
      const isKnown = of === undefined || (bits === listedBits && fingerprints[index] === of);
      const newest = isKnown || isYoung(readAt, READ_AGAIN) ? known : await readNow();
      return isThere(newest) ? segmentOf(newest, bits, index) : undefined;
    },
    subscribe(hear) {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    watch: {
      topic: REVOCATIONS_TOPIC,
      async fingerprint() {
        const isInUse = listeners.size > 0 || isYoung(askedAt, IN_USE);
        return isInUse ? String((await readNow()).version) : 'nobody asks';
      },
      invalidate() {
        heard = true;
      },
      async onChange() {
        if (listeners.size === 0) return;
        const feed = await list(await readNow());
        const outcomes = await Promise.allSettled([...listeners].map(async (hear) => hear(feed)));
        for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      },
    },
  };
}

/** Another process may be about to have twice or half as many segments. */
const isNear = (bits: number, other: number): boolean => bits >= 0 && bits <= MOST_BITS && Math.abs(bits - other) <= 1;
