import { AsyncLocalStorage } from 'node:async_hooks';
import type { Middleware } from 'koa';

/** What carries the epoch of the sign-in that it comes from. */
export const OF_A_SIGN_IN: ReadonlySet<string> = new Set(['Session', 'Interaction', 'AuthorizationCode', 'DeviceCode']);

/** What has an epoch: the sign-ins of a person, an app, or the consent of a person to an app. */
export type EpochName = `sign-ins ${string}` | `app ${string}` | `consent ${string}`;

export const signInsOf = (accountId: string): EpochName => `sign-ins ${accountId}`;
export const appOf = (clientId: string): EpochName => `app ${clientId}`;
export const consentOf = (accountId: string, clientId: string): EpochName => `consent ${accountId} ${clientId}`;

/**
 * For each request, the epochs of what it has read. oidc-provider reads a session when a request begins and writes it back
 * at its end, or writes a code or a grant for it. When that ends in between, what is written carries the epoch that was
 * read, which is over.
 */
export interface Epochs {
  /** Goes around everything that reads or writes sessions and grants. */
  readonly middleware: Middleware;
  note(name: EpochName, epoch: number): void;
  /** The epoch that was in force when this request read it; undefined when it has not. */
  of(name: EpochName): number | undefined;
}

export function createEpochs(): Epochs {
  const requests = new AsyncLocalStorage<Map<EpochName, number>>();
  return {
    middleware: (_ctx, next) => requests.run(new Map(), next),
    note(name, epoch) {
      const noted = requests.getStore();
      // The lowest stays: it is the oldest that the request goes by.
      noted?.set(name, Math.min(epoch, noted.get(name) ?? epoch));
    },
    of: (name) => requests.getStore()?.get(name),
  };
}
