import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';
import { errors } from 'oidc-provider';
import type { Db } from '../../db/connections/connection.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { RetryVerdict } from '../../tokens/refresh-retry.ts';
import type { ArtifactPayload } from '../../tokens/storage/artifacts.ts';
import type { Exchanges } from '../../tokens/storage/exchanges.ts';
import type { FoundRetry } from '../../tokens/storage/refresh-retries.ts';
import type { StoredToken } from '../../tokens/storage/stored-token.ts';
import type { By, Writes } from '../../tokens/storage/writes.ts';
import { type Endings, end } from './endings.ts';

/** One token exchange: what the adapter and the event listeners gather while it runs. */
export interface Exchange {
  /** What is written at its end, in one statement. */
  readonly writes: Writes;
  /** What the exchange revokes when it is refused. It is written in spite of the refusal. */
  readonly endings: Endings;
  /** The code or token that is being used or looked at. */
  presented: { readonly id: string; readonly found: Promise<StoredToken | undefined> } | undefined;
  /** DPoP proofs and client assertions that this request has used. When the exchange runs again, it may use them again. */
  readonly proofs: Set<string>;
  /** What becomes of a just-used refresh token that comes back; undefined where that is always reuse. */
  readonly judgeRetry: JudgeRetry | undefined;
  /** The just-used refresh token that came back, and what was kept of its refresh. */
  retry: (FoundRetry & { readonly tokenHash: Uint8Array; readonly verdict: RetryVerdict }) | undefined;
}

/** @param used the payload of the refresh token */
export type JudgeRetry = (found: FoundRetry, used: ArtifactPayload) => RetryVerdict;

/** A request that loses a race finds the code or token used, or ended, when it looks again. */
const MOST_ATTEMPTS = 3;

export interface UnitOfWork {
  /** The transaction, inside one; the pool, outside. */
  db(): Db;
  exchange(): Exchange | undefined;
  /** A code or token that somebody presents. */
  readonly find: Exchanges['find'];
  /**
   * Runs a token exchange: all that it writes is there afterwards, or nothing. A refusal writes nothing but what had to be
   * revoked. One that lost a race is run again from the start, and finds the code or token used.
   */
  run(options: By & { judgeRetry?: JudgeRetry }, work: (exchange: Exchange) => Promise<void>): Promise<void>;
  /** Runs `work`, calls of the provider's models included, in one transaction. */
  transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
}

function startExchange(judgeRetry: JudgeRetry | undefined, proofs: Set<string>): Exchange {
  return {
    writes: { consumed: undefined, issued: [], retries: [], events: [] },
    endings: { artifacts: [], grants: [] },
    presented: undefined,
    proofs,
    judgeRetry,
    retry: undefined,
  };
}

interface Scope {
  readonly exchange?: Exchange;
  readonly trx?: Transaction<Tables>;
}

/** oidc-provider calls the adapter without a way to pass anything along, so it travels with the asynchronous context. */
export function createUnitOfWork(db: Kysely<Tables>, { find, write }: Exchanges): UnitOfWork {
  const storage = new AsyncLocalStorage<Scope>();

  /** @returns whether it is done; if not, someone else was faster */
  const attempt = async (exchange: Exchange, by: By, work: (exchange: Exchange) => Promise<void>) => {
    try {
      await storage.run({ exchange }, () => work(exchange));
    } catch (error) {
      if (error instanceof errors.OIDCProviderError) await writeEndings(db, exchange, by);
      throw error;
    }
    await writeEndings(db, exchange, by);
    return write(exchange.writes, by);
  };

  return {
    db: () => storage.getStore()?.trx ?? db,
    exchange: () => storage.getStore()?.exchange,
    find,
    transaction: (work) => inTransaction(db, (trx) => storage.run({ trx }, () => work(trx))),
    async run({ judgeRetry, ...by }, work) {
      const proofs = new Set<string>();
      for (let attempts = 1; attempts <= MOST_ATTEMPTS; attempts += 1) {
        if (await attempt(startExchange(judgeRetry, proofs), by, work)) return;
      }
      throw new errors.InvalidGrant('the code or token, or what it comes from, keeps changing');
    },
  };
}

/** Writes what the exchange revoked, with its audit events. The rest of what it would have written is dropped. */
async function writeEndings(db: Kysely<Tables>, { endings, writes }: Exchange, { actor, now }: By): Promise<void> {
  if (endings.artifacts.length + endings.grants.length === 0) return;
  await end(db, endings, { actor: actor(), events: writes.events.splice(0), now });
}
