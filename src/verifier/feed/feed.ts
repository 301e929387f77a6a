import { type Fetch, getConditionally } from '../remote/conditional-get.ts';
import type { KeySet } from '../remote/key-set.ts';
import type { Seconds } from '../token/time.ts';
import { createAsking } from './asking.ts';
import { type FeedContent, MAX_FEED_BYTES, readFeed } from './content.ts';
import type { Followed } from './followed.ts';
import type { Revoked } from './revoked.ts';

export interface Feed extends Followed {
  /** Empty until the first one arrived; look at `age` before you rely on it. */
  revoked(): Revoked;
}

export interface FeedOptions {
  readonly uri: string;
  readonly issuer: string;
  readonly keys: KeySet;
  readonly fetch: Fetch;
  readonly now: Seconds;
  readonly signal: AbortSignal;
  readonly maxStaleSeconds: number;
}

export function createFeed({ uri, issuer, keys, fetch, now, signal, maxStaleSeconds }: FeedOptions): Feed {
  let content: FeedContent | undefined;
  let etag: string | undefined;
  const asking = createAsking(now, load);

  function confirm(): void {
    if (content) asking.confirm();
  }

  async function accept(jws: string): Promise<boolean> {
    const next = await readFeed(jws, keys, issuer);
    if (content && !mayFollow(content, next, maxStaleSeconds)) return false;
    content = next;
    // It stood for the content before; `load` knows the new one.
    etag = undefined;
    confirm();
    return true;
  }

  async function load(): Promise<void> {
    const accepted = 'application/revocations+jwt';
    const fetched = await getConditionally(fetch, uri, { accept: accepted, maxBytes: MAX_FEED_BYTES, signal, etag });
    if (fetched.text === undefined) return confirm();
    // The tag of a feed that was not accepted would turn the next answer into a 304, and so into a fresh one.
    if (await accept(fetched.text)) etag = fetched.etag;
  }

  return { ...asking, revoked: () => content?.revoked ?? new Map(), accept, confirm };
}

/**
 * An older feed that someone plays back must not undo a revocation: the sequence never falls, and for an equal one the
 * time does not. One that was signed much later is no replay, though its sequence be lower: the issuer was restored from a
 * backup, and without this every verifier would have to be restarted after failing closed.
 */
function mayFollow(current: FeedContent, next: FeedContent, maxStaleSeconds: number): boolean {
  if (current.revoked.has(next.signer)) return false;
  if (next.seq === current.seq) return next.iat >= current.iat;
  return next.seq > current.seq || next.iat > current.iat + maxStaleSeconds;
}
