import { MAX_FEED_BYTES } from './content.ts';
import { createFeed, type FeedOptions } from './feed.ts';
import { type FollowOptions, follow } from './follow.ts';
import type { Revoked } from './revoked.ts';

/** What is revoked, kept current. @throws {Refusal} unavailable when that is not known well enough any more */
export type Revocations = () => Promise<Revoked>;

/** Only tokens without epochs need this feed: of a server that is older, or whose last ones run out after an upgrade. */
const PAUSE_SECONDS = 600;

export function watchRevocations(
  options: FeedOptions & Omit<FollowOptions, 'stream' | 'pauseAfterSeconds'> & { readonly streamUri: string },
): Revocations {
  const feed = createFeed(options);
  const stream = { uri: options.streamUri, event: 'revocations', mostCharacters: MAX_FEED_BYTES };
  const beCurrent = follow(feed, { ...options, stream, pauseAfterSeconds: PAUSE_SECONDS });
  return async () => {
    await beCurrent();
    return feed.revoked();
  };
}
