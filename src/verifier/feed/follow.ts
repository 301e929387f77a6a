import { unavailable } from '../refusal.ts';
import { type Fetch, TIMEOUT_SECONDS } from '../remote/conditional-get.ts';
import { type Schedule, type Seconds, scheduleUntil } from '../token/time.ts';
import type { Followed } from './followed.ts';
import { followFeed, SILENCE_SECONDS } from './stream.ts';

const RETRY_SECONDS = 1;

export interface FollowOptions {
  readonly mode: 'poll' | 'stream';
  readonly stream: { readonly uri: string; readonly event: string; readonly mostCharacters: number };
  /** Whether there is anything to be told of. Default: always. */
  readonly isThere?: () => boolean;
  readonly pollSeconds: () => number;
  readonly maxStaleSeconds: number;
  /** Seconds without a question after which it is not followed any more, until the next question. Default: never. */
  readonly pauseAfterSeconds?: number;
  readonly fetch: Fetch;
  readonly now: Seconds;
  readonly schedule: Schedule;
  readonly signal: AbortSignal;
}

/**
 * Keeps a feed current, from the first question on.
 * @returns the question. It throws {Refusal} unavailable when the newest is not known well enough any more
 */
export function follow(feed: Followed, options: FollowOptions): () => Promise<void> {
  const { mode, pollSeconds, maxStaleSeconds, pauseAfterSeconds = Number.POSITIVE_INFINITY } = options;
  const { schedule, signal, now, isThere = () => true } = options;
  let stream: { isUp(): boolean } | undefined;
  let running: AbortController | undefined;
  let usedAt = Number.NEGATIVE_INFINITY;

  function poll(): void {
    if (signal.aborted) return;
    if (now() - usedAt > pauseAfterSeconds) {
      pause();
      return;
    }
    listen();
    const again = () => {
      listen();
      schedule(poll, pollSeconds() * 1000);
    };
    if (stream?.isUp()) again();
    else feed.refresh().then(again, again);
  }

  function listen(): void {
    if (mode !== 'stream' || stream || !running || !isThere()) return;
    const until = AbortSignal.any([signal, running.signal]);
    const parts = { feed, fetch: options.fetch, schedule: scheduleUntil(until, schedule), signal: until };
    stream = followFeed({ ...options.stream, ...parts });
  }

  function start(): void {
    usedAt = now();
    if (running) return;
    running = new AbortController();
    poll();
  }

  function pause(): void {
    running?.abort();
    running = undefined;
    stream = undefined;
  }

  /**
   * The issuer should have been asked by now, and was not: the process was suspended (a laptop, a serverless function),
   * or timers starve. What it knew before it slept is no answer.
   */
  const hasSlept = () => feed.idle() > (stream?.isUp() ? SILENCE_SECONDS : 2 * pollSeconds() + TIMEOUT_SECONDS);
  const isUnusable = () => feed.age() > maxStaleSeconds;

  return async () => {
    const slept = hasSlept();
    start();
    // Paced, so that a server in trouble does not get a request from us for every one that we refuse.
    if (isUnusable() || slept) await feed.refresh(RETRY_SECONDS);
    if (isUnusable()) throw unavailable('revocations cannot be fetched');
  };
}
