import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';
import { errors } from 'oidc-provider';
import { findActiveAccount } from '../../accounts/accounts.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Statement } from '../../db/statement.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { RetryVerdict } from '../../tokens/refresh-retry.ts';
import type { ArtifactPayload } from '../../tokens/storage/artifacts.ts';
import type { Exchanges } from '../../tokens/storage/exchanges.ts';
import type { FoundRetry } from '../../tokens/storage/refresh-retries.ts';
import type { StoredToken } from '../../tokens/storage/stored-token.ts';
import type { By, Writes } from '../../tokens/storage/writes.ts';
import { type Endings, end } from './endings.ts';
import { Visit } from './visit.ts';
import type { Person } from './visit-reads.ts';

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
  /** Runs a browser's request: what it saves and removes is written when it is done, before the answer goes out. */
  receive(path: string, work: () => Promise<void>): Promise<void>;
  /** A person who may sign in. */
  findPerson(accountId: string): Promise<Person | undefined>;
  visit(): Visit | undefined;
  /**
   * Writes what the visit has saved until now, with what is added to the statement.
   * @returns false if that has a basis which gave no row: then nothing is written, and what was saved is forgotten
   */
  settle(addTo: (statement: Statement) => Promise<void>): Promise<boolean>;
  /** Runs `work`, calls of the provider's models included, in one transaction. In a visit, what `work` saves is written at its end. */
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

/** Addresses that name an interaction. */
const INTERACTION = /^\/(?:auth|interaction)\/([\w-]+)/;

interface Scope {
  readonly visit?: Visit | undefined;
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
    visit: () => storage.getStore()?.visit,
    settle(addTo) {
      const { visit, trx } = storage.getStore() ?? {};
      if (!visit) throw new Error('only a visit gathers what it saves');
      return visit.write(trx ?? db, addTo);
    },
    findPerson(accountId) {
      const { visit, trx } = storage.getStore() ?? {};
      return visit ? visit.findPerson(trx ?? db, accountId) : findActiveAccount(trx ?? db, accountId);
    },
    receive(path, work) {
      const visit = new Visit(INTERACTION.exec(path)?.[1]);
      return storage.run({ visit }, async () => {
        await work();
        await visit.write(db);
      });
    },
    transaction(work) {
      const outer = storage.getStore()?.visit;
      return inTransaction(db, (trx) => {
        // What is read under a lock is read anew.
        const visit = outer && new Visit(outer.interaction, outer);
        return storage.run({ trx, visit }, async () => {
          const result = await work(trx);
          await visit?.write(trx);
          return result;
        });
      });
    },
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
