import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';
import { errors } from 'oidc-provider';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connection.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import type { LockedArtifact } from './artifacts.ts';
import { type Writes, write } from './writes.ts';

/** One token exchange: everything that the adapter and the event listeners do while it runs, in one transaction. */
export interface Exchange {
  readonly trx: Transaction<Tables>;
  /** What is written at its end, in one statement. */
  readonly writes: Writes;
  /** What was read along with the code or token that is being used. */
  locked: LockedArtifact | undefined;
  /** Set when something was revoked: then even a refused exchange is committed, or the revocation would be lost. */
  commitOnRefusal: boolean;
  /** Seconds within which a just-used refresh token gets its response again; 0 for none. */
  readonly retrySeconds: number;
  /** The sealed response that a retry is going to get. */
  retry: { tokenHash: Uint8Array; sealed: Uint8Array } | undefined;
}

export interface UnitOfWork {
  /** The exchange's transaction inside of one, the pool outside. */
  db(): Db;
  exchange(): Exchange | undefined;
  /** Runs a token exchange. A refusal rolls everything back, unless it revoked something: then it commits and throws. */
  run(
    options: { actor: Actor; retrySeconds: number; now: Date },
    work: (exchange: Exchange) => Promise<void>,
  ): Promise<void>;
}

function startExchange(trx: Transaction<Tables>, retrySeconds: number): Exchange {
  return {
    trx,
    writes: { consumed: [], issued: [], events: [] },
    locked: undefined,
    commitOnRefusal: false,
    retrySeconds,
    retry: undefined,
  };
}

/** oidc-provider calls the adapter without a way to pass a transaction along, so it travels with the asynchronous context. */
export function createUnitOfWork(db: Kysely<Tables>): UnitOfWork {
  const storage = new AsyncLocalStorage<Exchange>();
  return {
    db: () => storage.getStore()?.trx ?? db,
    exchange: () => storage.getStore(),
    async run({ actor, retrySeconds, now }, work) {
      const refusal = await inTransaction(db, async (trx) => {
        const exchange = startExchange(trx, retrySeconds);
        try {
          await storage.run(exchange, () => work(exchange));
          await write(trx, exchange.writes, { actor, now });
          return undefined;
        } catch (error) {
          // After anything but a refusal the transaction may be broken, and is run again or reported as what it is.
          if (!exchange.commitOnRefusal || !(error instanceof errors.OIDCProviderError)) throw error;
          // What it revoked stays; what it would have issued does not.
          await record(trx, actor, exchange.writes.events, now);
          return { error };
        }
      });
      if (refusal) throw refusal.error;
    },
  };
}
