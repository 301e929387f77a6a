import { createHash } from 'node:crypto';
import type { Watch } from '../../db/changes.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Keyring } from '../../keys/keyring.ts';
import { signCompact } from '../../keys/signatures/jws.ts';
import { REVOCATIONS_TOPIC } from '../revoke.ts';
import { readFeed, revocationsFingerprint } from './content.ts';

/** Seconds after which the same content is signed anew, so that its `iat` shows that the server is alive. */
const SIGN_AGAIN = 10;

export interface SignedFeed {
  /** A JWS, kept once, however many are reading it. */
  readonly body: Buffer;
  readonly etag: string;
}

export interface FeedPublisher {
  /** @throws {SignerUnavailable} */
  current(): Promise<SignedFeed>;
  /** Hears every new feed until told to stop. */
  subscribe(hear: (feed: SignedFeed) => void): () => void;
  readonly watch: Watch;
}

/** The signed list of what is revoked, made when it changes and not when it is asked for. */
export function createFeedPublisher(parts: {
  db: Db;
  keyring: () => Keyring;
  issuer: string;
  clock: () => Date;
}): FeedPublisher {
  const { db, keyring, issuer, clock } = parts;
  const listeners = new Set<(feed: SignedFeed) => void>();
  let cached: { feed: Promise<SignedFeed>; signedAt: number; kid: string } | undefined;
  const signingKid = () => keyring().active('ES256').kid;

  const make = async (now: Date): Promise<SignedFeed> => {
    const { seq, revoked } = await readFeed(db);
    const iat = Math.floor(now.getTime() / 1000);
    const jws = await signCompact(
      keyring(),
      { alg: 'ES256', typ: 'revocations+jwt' },
      { iss: issuer, iat, seq, revoked },
    );
    const print = createHash('sha256')
      .update(JSON.stringify([seq, revoked]))
      .digest('base64url')
      .slice(0, 22);
    return { body: Buffer.from(jws, 'latin1'), etag: `W/"${print}"` };
  };
  const refresh = (): Promise<SignedFeed> => {
    const now = clock();
    // Asked for first: without a key there is nothing to begin.
    const kid = signingKid();
    const feed = make(now);
    const making = { feed, signedAt: now.getTime(), kid };
    cached = making;
    feed.catch(() => {
      if (cached === making) cached = undefined;
    });
    return feed;
  };

  return {
    async current() {
      const age = clock().getTime() - (cached?.signedAt ?? 0);
      // Never one that is signed by a key that has left the JWKS.
      const usable = cached !== undefined && age >= 0 && age < SIGN_AGAIN * 1000 && cached.kid === signingKid();
      return usable && cached ? cached.feed : refresh();
    },
    subscribe(hear) {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    watch: {
      topic: REVOCATIONS_TOPIC,
      fingerprint: () => revocationsFingerprint(db),
      // Made again when someone asks; with nobody listening there may be many changes before that.
      invalidate() {
        cached = undefined;
      },
      async onChange() {
        if (listeners.size === 0) return;
        const feed = await refresh();
        const outcomes = await Promise.allSettled([...listeners].map(async (hear) => hear(feed)));
        for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      },
    },
  };
}
