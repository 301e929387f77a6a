import { createAsking } from '../feed/asking.ts';
import type { FeedOptions } from '../feed/feed.ts';
import type { Followed } from '../feed/followed.ts';
import { getConditionally, NotThere } from '../remote/conditional-get.ts';
import { readSigned } from '../remote/signed.ts';
import { type EpochDocument, MOST_OF_DOCUMENT, MOST_OF_SEGMENT, readDocument, readSegment } from './content.ts';
import { createHolding, type Holding } from './holding.ts';

export interface EpochFeed extends Followed {
  /** undefined when there is none: the issuer is of a version that publishes no epochs. Look at `age` first. */
  holding(): Holding | undefined;
}

/** While a verifier reads a list of segments, an entry of it may be overtaken. Then it reads the list again at once. */
const ROUNDS = 3;
const AT_ONCE = 4;
const TYPE = 'epochs+jwt';

export function createEpochFeed(options: FeedOptions): EpochFeed {
  const { uri, issuer, keys, fetch, now, signal, maxStaleSeconds } = options;
  const asking = createAsking(now, load);
  /** All that the issuer has said, as of the last time that all of it was here. */
  let held: Holding | undefined;
  /** Of another incarnation, or the first: parts are still missing. */
  let pending: Holding | undefined;
  let newest: Pick<EpochDocument, 'inc' | 'since' | 'iat'> | undefined;
  let isComplete = false;
  let etag: string | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /**
   * Nothing that a document says can undo anything within an incarnation, so an older one is only no news. An incarnation
   * that began earlier is not gone back to while the later one is heard of: a process of the issuer may not know yet that
   * its database was replaced. When nobody has spoken for the later one for too long, the earlier is there again.
   */
  function mayFollow(next: EpochDocument): boolean {
    if (held && held.get(next.signer) !== 0) return false;
    if (!newest) return true;
    if (next.inc === newest.inc) return next.iat >= newest.iat - maxStaleSeconds;
    return next.since > newest.since || (asking.age() > maxStaleSeconds && next.iat > newest.iat);
  }

  function holdingFor(document: EpochDocument): Holding {
    if (held?.inc === document.inc) return held;
    if (pending?.inc !== document.inc) pending = createHolding(document, maxStaleSeconds, now);
    return pending as Holding;
  }

  async function load(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      const accept = `application/${TYPE}`;
      const fetched = await getConditionally(fetch, uri, { accept, maxBytes: MOST_OF_DOCUMENT, signal, etag }).catch(
        noteAbsence,
      );
      if (!fetched) return;
      if (fetched.text === undefined) return confirm();
      const outcome = await take(fetched.text);
      // The tag of a list that is not all here would turn the next answer into a 304, and so into all of it.
      if (outcome === 'all') etag = fetched.etag;
      if (outcome !== 'part') return;
    }
  }

  /** A server that once had epochs, and that others speak for, has only a process of the version before. */
  function noteAbsence(error: unknown): undefined {
    if (!(error instanceof NotThere) || (held && asking.age() <= maxStaleSeconds)) throw error;
    held = pending = newest = etag = undefined;
    asking.confirm();
  }

  /** One document at a time. */
  function take(jws: string): Promise<'all' | 'part' | 'nothing'> {
    const taken = turn.then(() => takeNext(jws));
    turn = taken.catch(() => {});
    return taken;
  }

  async function takeNext(jws: string): Promise<'all' | 'part' | 'nothing'> {
    const document = readDocument(
      await readSigned(jws, keys, { typ: TYPE, bytes: MOST_OF_DOCUMENT, depth: 2 }),
      issuer,
    );
    if (!mayFollow(document)) return 'nothing';
    const iat = newest?.inc === document.inc ? Math.max(newest.iat, document.iat) : document.iat;
    newest = { inc: document.inc, since: document.since, iat };
    // It stood for what was complete before.
    etag = undefined;
    isComplete = false;
    const next = holdingFor(document);
    await fetchAll(next, document, await next.missing(document.bits, document.fingerprints));
    if ((await next.missing(document.bits, document.fingerprints)).length > 0) return 'part';
    next.settle();
    held = next;
    pending = undefined;
    isComplete = true;
    confirm();
    return 'all';
  }

  /** A few at a time. What has come is kept when another one fails. */
  async function fetchAll(holding: Holding, document: EpochDocument, missing: readonly number[]): Promise<void> {
    const left = [...missing];
    const fetchNext = async (): Promise<void> => {
      for (let index = left.shift(); index !== undefined; index = left.shift()) {
        await fetchSegment(holding, document, index).catch((error) => {
          left.length = 0;
          throw error;
        });
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: AT_ONCE }, fetchNext));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async function fetchSegment(holding: Holding, document: EpochDocument, index: number): Promise<void> {
    if (document.only) return holding.put(index, document.only);
    const { bits, inc, fingerprints } = document;
    const address = `${uri}/${bits}/${index}?of=${fingerprints[index]}`;
    const accept = `application/${TYPE}`;
    const { text = '' } = await getConditionally(fetch, address, {
      accept,
      maxBytes: MOST_OF_SEGMENT,
      signal,
      etag: undefined,
    });
    const signed = await readSigned(text, keys, { typ: 'epoch-segment+jwt', bytes: MOST_OF_SEGMENT, depth: 2 });
    const segment = readSegment(signed, { issuer, inc, bits, index });
    if (held && held.get(segment.signer) !== 0) throw new Error('the segment is signed by a revoked key');
    holding.put(index, segment.epochs);
  }

  function confirm(): void {
    if (isComplete) asking.confirm();
  }

  return {
    ...asking,
    confirm,
    holding: () => held,
    async accept(jws) {
      const outcome = await take(jws);
      if (outcome === 'part') await asking.refresh();
      if (outcome === 'part' && !isComplete) throw new Error('the epochs are not all here');
      return outcome !== 'nothing';
    },
  };
}
