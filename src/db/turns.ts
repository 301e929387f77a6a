import type { Logger } from 'pino';
import type { Database } from './connections/connection.ts';
import { type Deadline, DeadlineExceeded } from './connections/deadlines.ts';
import { noteRetried } from './transaction.ts';

const MOST_TOGETHER = 32;

/** Milliseconds after which a statement does not keep others waiting any longer. */
const PATIENCE = 250;

/** Orders of one kind, which can be carried out alone, or several by one statement. */
export interface Kind<Order, Result> {
  /** For the log. */
  readonly name: string;
  alone(order: Order): Promise<Result>;
  /** @returns what came of each, by its place. One without a result is carried out alone. */
  together(orders: readonly Order[]): Promise<ReadonlyMap<number, Result>>;
  /** Whether each may be carried out alone after the statement for all has failed so. */
  mayRepeat(error: unknown): boolean;
}

/** An order that has its turn, or waits for it. */
interface Turn<Order, Result> {
  readonly order: Order;
  readonly deadline: Deadline;
  readonly promise: Promise<Result>;
  readonly resolve: (result: Result | Promise<Result>) => void;
  readonly reject: (error: unknown) => void;
  /** Gives up waiting. */
  timer?: NodeJS.Timeout;
}

const NO_DEADLINE: Deadline = { remaining: () => Number.POSITIVE_INFINITY, committed: () => {} };

/**
 * The orders of this process, one statement after the other: the first is carried out at once, and those that come meanwhile
 * follow together when that is done. Nobody waits for others to come (docs/decisions/0037-exchanges-together.md).
 */
export function createTurns<Order, Result>(
  { db, deadlines }: Pick<Database, 'db' | 'deadlines'>,
  kind: Kind<Order, Result>,
  log: Logger,
): (order: Order) => Promise<Result> {
  type One = Turn<Order, Result>;
  const waiting: One[] = [];
  let isBusy = false;

  const alone = ({ order, deadline, resolve }: One) => resolve(deadlines.run(deadline, () => kind.alone(order)));

  const together = async (turns: readonly One[]) => {
    const orders = turns.map(({ order }) => order);
    try {
      const results = await deadlines.run(earliestOf(turns), () => kind.together(orders));
      for (const [place, turn] of turns.entries()) {
        if (results.has(place)) turn.resolve(results.get(place) as Result);
        else alone(turn);
      }
    } catch (error) {
      if (kind.mayRepeat(error)) {
        noteRetried(db, error);
        log.warn({ err: error, orders: turns.length }, `${kind.name} one by one`);
        turns.forEach(alone);
      } else for (const { reject } of turns) reject(error);
    }
  };

  /** The next ones have their turn when it ends, or when it takes too long. */
  const begin = (work: Promise<unknown>) => {
    isBusy = true;
    const end = () => {
      clearTimeout(timer);
      if (!isOver) goOn();
      isOver = true;
    };
    let isOver = false;
    const timer = setTimeout(end, PATIENCE);
    work.then(end, end);
  };

  const beginAlone = (turn: One) => {
    alone(turn);
    begin(turn.promise);
  };

  const goOn = () => {
    const [first, ...others] = waiting.splice(0, MOST_TOGETHER);
    isBusy = first !== undefined;
    if (!first) return;
    for (const { timer } of [first, ...others]) clearTimeout(timer);
    if (others.length === 0) beginAlone(first);
    else begin(together([first, ...others]));
  };

  const wait = (turn: One) => {
    waiting.push(turn);
    const left = turn.deadline.remaining();
    if (left === Number.POSITIVE_INFINITY) return;
    turn.timer = setTimeout(() => {
      waiting.splice(waiting.indexOf(turn), 1);
      turn.reject(new DeadlineExceeded());
    }, left);
  };

  return (order) => {
    const turn = { order, deadline: deadlines.current() ?? NO_DEADLINE, ...Promise.withResolvers<Result>() };
    if (isBusy) wait(turn);
    else beginAlone(turn);
    return turn.promise;
  };
}

/** A statement for several has the time of the one that has the least. */
function earliestOf(turns: readonly { readonly deadline: Deadline }[]): Deadline {
  return {
    remaining: () => Math.min(...turns.map(({ deadline }) => deadline.remaining())),
    committed() {
      for (const { deadline } of turns) deadline.committed();
    },
  };
}
