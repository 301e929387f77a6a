import type { Watch } from '../../db/changes.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Keyring } from '../../keys/keyring.ts';
import { createEpochPublisher } from './epoch-publisher.ts';
import { createFeedPublisher } from './publisher.ts';
import { type FeedRoutes, feedRoutes } from './routes.ts';

export interface Feeds extends FeedRoutes {
  readonly watches: readonly Watch[];
  /** Signs them anew, for those who are listening. */
  signAgain(): Promise<void>;
}

/** Both lists of what has ended: by time, and by epoch. */
export function createFeeds(parts: { db: Db; keyring: () => Keyring; issuer: string; clock: () => Date }): Feeds {
  const [revocations, epochs] = [createFeedPublisher(parts), createEpochPublisher(parts)];
  return {
    ...feedRoutes(revocations, epochs),
    watches: [revocations.watch, epochs.watch],
    async signAgain() {
      await Promise.all([revocations.watch.onChange(), epochs.watch.onChange()]);
    },
  };
}
