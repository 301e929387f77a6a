import { AsyncLocalStorage } from 'node:async_hooks';
import type { Middleware } from 'koa';

/** What carries the epoch of the sign-in that it comes from. */
export const OF_A_SIGN_IN: ReadonlySet<string> = new Set(['Session', 'Interaction', 'AuthorizationCode', 'DeviceCode']);

/**
 * For each request, the sign-in epochs of the people whose session or sign-in it has found. oidc-provider reads a session
 * when a request begins and writes it back at its end, or writes a code for it. When all sessions of the person end in
 * between, what is written carries the epoch that was read, which is over.
 */
export interface SignInEpochs {
  /** Goes around everything that reads or writes sessions. */
  readonly middleware: Middleware;
  note(accountId: string, epoch: number): void;
  /** The epoch that was in force when this request found the person's session or sign-in; undefined when it found none. */
  of(accountId: string): number | undefined;
}

export function createSignInEpochs(): SignInEpochs {
  const requests = new AsyncLocalStorage<Map<string, number>>();
  return {
    middleware: (_ctx, next) => requests.run(new Map(), next),
    note(accountId, epoch) {
      const noted = requests.getStore();
      // The first stays: it is what the request goes by.
      if (noted && !noted.has(accountId)) noted.set(accountId, epoch);
    },
    of: (accountId) => requests.getStore()?.get(accountId),
  };
}
