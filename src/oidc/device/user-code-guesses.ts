import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { record } from '../../audit/record.ts';
import type { Database } from '../../db/connections/connection.ts';
import { createFailureLimit, takeBack, tellOnce } from '../../http/limits.ts';
import { networkOf } from '../../http/network/networks.ts';

/** Guesses in 10 minutes, as long as a code lives. docs/security.md has the arithmetic. */
const OF_SESSION = { name: 'user-code', points: 5, seconds: 600 };
const OF_NETWORK = { name: 'user-code-network', points: 10, seconds: 600 };

/** Too many wrong user codes; even a right one is not looked at until the time is over. */
export class TooManyGuesses extends errors.OIDCProviderError {
  /** seconds */
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super(429, 'too_many_requests');
    this.error_description = 'too many wrong codes';
    this.retryAfter = retryAfter;
  }
}

export type GuessLimit = <Found>(ctx: KoaContextWithOIDC, lookUp: () => Promise<Found>) => Promise<Found>;

/** Limits how many user codes that nobody was given can be tried (RFC 8628 §5.1). */
export function limitGuesses(database: Database, clock: () => Date): GuessLimit {
  const { db } = database;
  const session = createFailureLimit(database, OF_SESSION);
  const network = createFailureLimit(database, OF_NETWORK);
  const told = tellOnce(database, { name: 'user-code-told', seconds: OF_NETWORK.seconds });
  const refused = (ctx: KoaContextWithOIDC, reason: 'unknown' | 'throttled') => {
    const requestId = ctx.state.requestId as string | undefined;
    const actor = { type: 'account' as const, ip: ctx.ip, ...(requestId ? { requestId } : {}) };
    return record(db, actor, { type: 'user_code.refused', reason }, clock());
  };
  return async (ctx, lookUp) => {
    const keys = { session: ctx.oidc.session?.uid ?? '', network: networkOf(ctx.ip) };
    // Counted ahead and taken back, so that many at once are not all looked up before the first is counted. The network
    // first: one that has to wait leaves no row for each session that it starts.
    const ofNetwork = await network.fail(keys.network);
    const counted = ofNetwork.wait > 0 ? ofNetwork : await session.fail(keys.session);
    const { wait, isNews } = await told(counted, keys.network);
    if (wait > 0) {
      if (isNews) await refused(ctx, 'throttled');
      throw new TooManyGuesses(wait);
    }
    const found = await lookUp();
    if (found)
      await takeBack(database, {
        forgive: [
          [session, keys.session],
          [network, keys.network],
        ],
        forget: [],
      });
    else await refused(ctx, 'unknown');
    return found;
  };
}
