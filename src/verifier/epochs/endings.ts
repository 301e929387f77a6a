import type { FeedOptions } from '../feed/feed.ts';
import { type FollowOptions, follow } from '../feed/follow.ts';
import type { Revocations } from '../feed/revocations.ts';
import { isRevoked } from '../feed/revoked.ts';
import { invalidToken } from '../refusal.ts';
import type { AuthenticToken } from '../token/authentic-token.ts';
import { MOST_OF_DOCUMENT } from './content.ts';
import { createEpochFeed, type EpochFeed } from './feed.ts';
import { hasEnded } from './holding.ts';

/** Of a server that publishes no epochs: how often to look whether it does by now. */
const LOOK_AGAIN_SECONDS = 60;
/** Tokens of an unknown incarnation make the verifier ask, at most this often. */
const NEWS_SECONDS = 1;

/** @throws {Refusal} for a token that has ended, or when nobody can tell */
export type RefuseEnded = (token: AuthenticToken) => Promise<void>;

/**
 * A token that bears epochs is judged by them alone, and no clock counts. One without them was issued by a server, or at a
 * time, that knew of none: its epochs are 0, and the times of the old feed count too. Of a server that publishes no epochs
 * there is the old feed alone.
 */
export function createEndings(
  options: FeedOptions & Omit<FollowOptions, 'stream' | 'pauseAfterSeconds'> & { readonly revocations: Revocations },
): RefuseEnded {
  const { revocations, maxStaleSeconds, uri } = options;
  const feed = createEpochFeed(options);
  const pollSeconds = () =>
    feed.holding() || feed.age() === Number.POSITIVE_INFINITY
      ? options.pollSeconds()
      : Math.max(options.pollSeconds(), Math.min(LOOK_AGAIN_SECONDS, maxStaleSeconds / 4));
  const stream = { uri: `${uri}/stream`, event: 'epochs', mostCharacters: MOST_OF_DOCUMENT };
  const isThere = () => feed.holding() !== undefined;
  const beCurrent = follow(feed, { ...options, pollSeconds, stream, isThere });

  return async ({ claims, names, epochs }) => {
    await beCurrent();
    if (feed.holding() && !(await isOfThisLife(feed, claims.ep))) throw ended();
    const holding = feed.holding();
    if (holding && hasEnded(holding, epochs)) throw ended();
    if (holding && claims.ep) return;
    if (isRevoked(await revocations(), names, claims.iat)) throw ended();
  };
}

const ended = () => invalidToken('the token was revoked');

/** Whether the database that a token comes from is still the issuer's. */
async function isOfThisLife(feed: EpochFeed, ep: readonly number[] | undefined): Promise<boolean> {
  const isOf = () => ep === undefined || feed.holding()?.inc === ep[0];
  if (isOf()) return true;
  // It may have begun a moment ago.
  await feed.refresh(NEWS_SECONDS);
  return isOf();
}
