import type { Logger } from 'pino';
import type { Database } from '../../db/connections/connection.ts';
import { isCertainlyUndone } from '../../db/connections/failures.ts';
import { createTurns } from '../../db/turns.ts';
import { findStoredToken, findStoredTokens, type StoredToken } from './stored-token.ts';
import { type By, type Writes, write } from './writes.ts';
import { type Order, writeTogether } from './writes-together.ts';

/** The two statements of an exchange. Of those that come at the same time, several share one. */
export interface Exchanges {
  /** @see findStoredToken */
  find(token: string): Promise<StoredToken | undefined>;
  /** @returns whether it was the one to use its code or token @see write */
  write(writes: Writes, by: By): Promise<boolean>;
}

export function createExchanges(database: Pick<Database, 'db' | 'deadlines'>, log: Logger): Exchanges {
  const { db } = database;
  const find = createTurns<string, StoredToken | undefined>(
    database,
    {
      name: 'presented tokens are read',
      alone: (token) => findStoredToken(db, token),
      together: (tokens) => findStoredTokens(db, tokens),
      mayRepeat: () => true,
    },
    log,
  );
  const writeInTurn = createTurns<Order, boolean>(
    database,
    {
      name: 'exchanges are written',
      alone: ({ writes, by }) => write(db, writes, by),
      async together(orders) {
        // An exchange that could not use its token may have to wait for the request that holds the row. It tries again by itself.
        const used = await writeTogether(db, orders);
        return new Map([...used].map((place) => [place, true]));
      },
      mayRepeat: isCertainlyUndone,
    },
    log,
  );
  return {
    find,
    write(writes, by) {
      const { consumed } = writes;
      if (!consumed) return write(db, writes, by);
      const actor = by.actor();
      return writeInTurn({ writes: { ...writes, consumed }, by: { actor: () => actor, now: by.now } });
    },
  };
}
