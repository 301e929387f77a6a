import type { Fetch } from '../remote/conditional-get.ts';
import type { Schedule } from '../token/time.ts';
import { createEventParser } from './event-stream.ts';
import type { Followed } from './followed.ts';

/** The issuer sends a comment every 15 seconds; three that did not come are a dead line. */
export const SILENCE_SECONDS = 45;
const FIRST_RETRY_SECONDS = 1;
const LAST_RETRY_SECONDS = 30;

export interface FeedStreamOptions {
  readonly uri: string;
  /** The name of the events that carry it. */
  readonly event: string;
  readonly mostCharacters: number;
  readonly feed: Followed;
  readonly fetch: Fetch;
  readonly schedule: Schedule;
  readonly signal: AbortSignal;
}

/** Follows the feed over server-sent events until `signal` says stop. @returns whether the line is up at the moment */
export function followFeed(options: FeedStreamOptions): { isUp(): boolean } {
  const { uri, feed, fetch, schedule, signal } = options;
  let isUp = false;
  let retrySeconds = FIRST_RETRY_SECONDS;

  /** Resolves or throws when the line is gone. */
  async function listen(): Promise<void> {
    const silence = new AbortController();
    let disarm = () => {};
    const arm = () => {
      disarm();
      disarm = schedule(() => silence.abort(new Error('the stream is silent')), SILENCE_SECONDS * 1000);
    };
    arm();
    try {
      const either = AbortSignal.any([signal, silence.signal]);
      const response = await fetch(uri, { ...REQUEST, signal: either });
      for await (const events of eventsIn(response, options)) {
        arm();
        for (const jws of events) await accept(jws);
        // Comments count too, but only once the line has shown that it carries the feed.
        if (isUp) feed.confirm();
      }
    } finally {
      disarm();
      silence.abort();
    }
  }

  async function accept(jws: string): Promise<void> {
    if (!(await feed.accept(jws))) throw new Error('the stream is behind');
    isUp = true;
    retrySeconds = FIRST_RETRY_SECONDS;
  }

  function connect(): void {
    if (signal.aborted) return;
    const reconnect = () => {
      isUp = false;
      schedule(connect, retrySeconds * 1000);
      retrySeconds = Math.min(retrySeconds * 2, LAST_RETRY_SECONDS);
    };
    listen().then(reconnect, reconnect);
  }

  connect();
  return { isUp: () => isUp };
}

const REQUEST = { headers: { accept: 'text/event-stream' }, redirect: 'error', cache: 'no-store' } as const;

/** For every chunk that arrives, the feeds that it completes: often none. */
async function* eventsIn(
  response: Response,
  { event: wanted, mostCharacters }: Pick<FeedStreamOptions, 'event' | 'mostCharacters'>,
): AsyncGenerator<readonly string[]> {
  const type = response.headers.get('content-type') ?? '';
  if (response.status !== 200 || !type.startsWith('text/event-stream')) {
    await response.body?.cancel();
    throw new Error(`the stream answered ${response.status}`);
  }
  let feeds: string[] = [];
  const parse = createEventParser(({ event, data }) => {
    if (event === wanted) feeds.push(data);
  }, mostCharacters);
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    parse(decoder.decode(chunk, { stream: true }));
    yield feeds;
    feeds = [];
  }
}
