import type { Context } from 'koa';
import type { Database } from '../../db/connections/connection.ts';
import type { Statement } from '../../db/statement.ts';
import { type Counted, createFailureLimit, failInOrder, takeBackWithin, tellOnce } from '../../http/limits.ts';
import { networkOf } from '../../http/network/networks.ts';
import type { OwnCookies } from '../../http/own-cookies.ts';
import { emailKey } from '../../names/addresses.ts';
import { createKnownBrowsers } from './known-browsers.ts';

/** How often someone may try to sign in (docs/decisions/0005-throttling.md). */
export interface SignInAttempts {
  /**
   * Counts an attempt before its password is checked, so that many at once gain nothing. It may be checked when there
   * is nothing to wait for.
   */
  begin(ctx: Context, email: string): Promise<Counted>;
  /** Takes it back with the statement: it was right, and more is asked for. */
  passed(ctx: Context, email: string, statement: Statement): Promise<void>;
  /** Takes it back with the statement that signs in. The browser is known from now on. */
  succeeded(ctx: Context, email: string, statement: Statement): Promise<void>;
  /** A link has set a new password: what was guessed of the one before does not count, and the browser is known. */
  rebound(ctx: Context, email: string): Promise<void>;
  /** The browser of somebody who signed in without a guess is known from now on. */
  remember(ctx: Context, email: string): void;
}

/** @param name of what is guessed: each is counted by itself */
export function createSignInAttempts(
  database: Database,
  name: 'sign-in' | 'second-factor',
  { clock, ...browsers }: { cookieKeys: readonly string[]; cookies: OwnCookies; clock: () => Date },
): SignInAttempts {
  const hereAndThis = createFailureLimit(database, { name, points: 10, seconds: 600 });
  const here = createFailureLimit(database, { name: `${name}-address`, points: 100, seconds: 600 });
  // NIST SP 800-63B §3.2.2: at most 100 in a row.
  const everywhere = createFailureLimit(database, { name: `${name}-account`, points: 100, seconds: 86_400 });
  const told = tellOnce(database, { name: `${name}-told`, seconds: 600 });
  const known = createKnownBrowsers(browsers);
  const keysOf = (ctx: Context, email: string) => {
    const [account, network] = [emailKey(email), networkOf(ctx.ip)];
    const browser = known.recognize(ctx, email);
    // Counted by itself, so that strangers who fail elsewhere do not lock the person out of it.
    const anywhere = browser === undefined ? account : `browser ${browser}`;
    return { both: `${account}|${network}`, network, anywhere };
  };
  const takeBack = async (ctx: Context, email: string, statement: Statement) => {
    const keys = keysOf(ctx, email);
    await takeBackWithin(statement, database, {
      forgive: [
        [here, keys.network],
        [hereAndThis, keys.both],
      ],
      forget: [[everywhere, keys.anywhere]],
    });
  };
  return {
    async begin(ctx, email) {
      const keys = keysOf(ctx, email);
      // The network first: one that has to wait leaves no row for each address that it makes up. An attempt that is refused
      // unread is no failure, and one network alone cannot come near the limit of an account in a short time.
      const inOrder = [
        [here, keys.network],
        [hereAndThis, keys.both],
        [everywhere, keys.anywhere],
      ] as const;
      const counted = await failInOrder(database, inOrder, clock());
      return told(counted, keys.network);
    },
    passed: takeBack,
    remember: known.remember,
    async succeeded(ctx, email, statement) {
      await takeBack(ctx, email, statement);
      known.remember(ctx, email);
    },
    async rebound(ctx, email) {
      const keys = keysOf(ctx, email);
      await Promise.all([everywhere.forget(emailKey(email)), hereAndThis.forget(keys.both)]);
      known.remember(ctx, email);
    },
  };
}

/** How often a network may answer with a passkey that is not known. No number of tries finds one: it keeps the trail short. */
export interface PasskeyAttempts {
  begin(ctx: Context): Promise<Counted>;
  /** Takes it back with the statement that signs in. */
  succeeded(ctx: Context, statement: Statement): Promise<void>;
}

export function createPasskeyAttempts(database: Database, clock: () => Date): PasskeyAttempts {
  const here = createFailureLimit(database, { name: 'passkey-address', points: 100, seconds: 600 });
  return {
    begin: (ctx) => failInOrder(database, [[here, networkOf(ctx.ip)]], clock()),
    succeeded: (ctx, statement) =>
      takeBackWithin(statement, database, { forgive: [[here, networkOf(ctx.ip)]], forget: [] }),
  };
}
