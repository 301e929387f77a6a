import { unavailable } from '../refusal.ts';
import { TIMEOUT_SECONDS } from '../remote/conditional-get.ts';
import type { Schedule } from '../token/time.ts';
import { createFeed, type FeedOptions } from './feed.ts';
import type { Revoked } from './revoked.ts';
import { followFeed, SILENCE_SECONDS } from './stream.ts';

const RETRY_SECONDS = 1;

/** What is revoked, kept current. @throws {Refusal} unavailable when that is not known well enough any more */
export type Revocations = () => Promise<Revoked>;

export interface RevocationOptions extends FeedOptions {
  readonly mode: 'poll' | 'stream';
  readonly streamUri: string;
  readonly pollSeconds: number;
  readonly schedule: Schedule;
}

/** Starts asking on first use. */
export function watchRevocations(options: RevocationOptions): Revocations {
  const { pollSeconds, maxStaleSeconds, schedule, signal, mode, streamUri: uri, fetch } = options;
  const feed = createFeed(options);
  let stream: { isUp(): boolean } | undefined;
  let isStarted = false;

  function poll(): void {
    if (signal.aborted) return;
    const again = () => void schedule(poll, pollSeconds * 1000);
    if (stream?.isUp()) again();
    else feed.refresh().then(again, again);
  }

  function start(): void {
    if (isStarted) return;
    isStarted = true;
    if (mode === 'stream') stream = followFeed({ uri, feed, fetch, schedule, signal });
    poll();
  }

  /**
   * The issuer should have been asked by now, and was not: the process was suspended (a laptop, a serverless function),
   * or timers starve. What it knew before it slept is no answer.
   */
  const hasSlept = () => feed.idle() > (stream?.isUp() ? SILENCE_SECONDS : 2 * pollSeconds + TIMEOUT_SECONDS);
  const isUnusable = () => feed.age() > maxStaleSeconds;

  return async () => {
    start();
    // Paced, so that a server in trouble does not get a request from us for every one that we refuse.
    if (isUnusable() || hasSlept()) await feed.refresh(RETRY_SECONDS);
    if (isUnusable()) throw unavailable('revocations cannot be fetched');
    return feed.revoked();
  };
}
