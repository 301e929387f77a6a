import { AsyncLocalStorage } from 'node:async_hooks';
import type { Middleware } from 'koa';
import type { CachedClient, ClientApi } from '../../clients/client-cache.ts';
import type { EpochKind } from '../../revocation/epochs.ts';
import { epochsOf, toEp } from '../../revocation/token-epochs.ts';
import type { StoredToken } from '../../tokens/storage/stored-token.ts';

/** What carries the epoch of the sign-in that it comes from. */
export const OF_A_SIGN_IN: ReadonlySet<string> = new Set(['Session', 'Interaction', 'AuthorizationCode', 'DeviceCode']);

/** What has an epoch: the sign-ins of a person, or what tokens bear the epoch of, by the name that it has in the feed. */
export type EpochName = `sign-ins ${string}` | `${EpochKind} ${string}`;

export const signInsOf = (accountId: string): EpochName => `sign-ins ${accountId}`;
export const appOf = (clientId: string): EpochName => `client ${clientId}`;
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
  /** Notes an app as it was read, with one of its APIs where that is used. */
  noteClient(entry: CachedClient, appApi?: ClientApi): void;
  /** Notes what belongs to a code or token that is presented. */
  noteStored(stored: StoredToken): void;
  /** The claim of a token that is decided on all that was noted. */
  ep(token: { clientId: string; subject: string; audience: string }): number[];
}

interface Noted {
  readonly epochs: Map<EpochName, number>;
  incarnation: number | undefined;
}

export function createEpochs(): Epochs {
  const requests = new AsyncLocalStorage<Noted>();
  const note = (name: EpochName, epoch: number) => {
    const noted = requests.getStore()?.epochs;
    // The lowest stays: it is the oldest that the request goes by.
    noted?.set(name, Math.min(epoch, noted.get(name) ?? epoch));
  };
  const of = (name: EpochName) => requests.getStore()?.epochs.get(name);
  return {
    middleware: (_ctx, next) => requests.run({ epochs: new Map(), incarnation: undefined }, next),
    note,
    of,
    noteClient({ client, epochs }, appApi) {
      const noted = requests.getStore();
      if (noted) noted.incarnation ??= epochs.incarnation;
      note(appOf(client.id), epochs.client);
      note(`client-tokens ${client.id}`, epochs['client-tokens']);
      if (!appApi) return;
      const { identifier } = appApi.api;
      note(`subscription ${client.id} ${identifier}`, appApi.epochs.subscription);
      note(`api ${identifier}`, appApi.epochs.api);
      note(`api-roles ${identifier}`, appApi.epochs['api-roles']);
    },
    noteStored({ payload: { accountId, clientId }, epochs }) {
      if (accountId === undefined || clientId === undefined) return;
      note(appOf(clientId), epochs.client);
      note(consentOf(accountId, clientId), epochs.consent);
      note(`account ${accountId}`, epochs.account);
      for (const [name, epoch] of Object.entries(epochs.roles)) note(`roles ${name}`, epoch);
    },
    ep(token) {
      // What was not read counts as the oldest.
      const names = epochsOf({ ...token, ep: undefined });
      const epochs = names.map(({ kind, value }) => [kind, of(`${kind} ${value}`) ?? 0]);
      return toEp(requests.getStore()?.incarnation ?? 0, Object.fromEntries(epochs));
    },
  };
}
