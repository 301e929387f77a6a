/** The load generator: a process of its own, so that what it costs is not counted as the server's. */
import { catalogue } from './catalogue.ts';
import { Connection } from './connection.ts';
import type { Order, Outcome } from './orders.ts';
import type { Surroundings, Work } from './work.ts';

const MANY_ERRORS = 20;
const prepared = new Map<string, Work>();

process.on('message', (order: Order) => {
  obey(order).then(
    (outcome) => process.send?.({ outcome }),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

async function obey(order: Order): Promise<Outcome | undefined> {
  if (order.type === 'prepare') {
    const { target, connections, chains } = order;
    const surroundings: Surroundings = {
      target,
      chains,
      times: (count, act) => spread(target.port, connections, count, act),
    };
    prepared.set(order.id, await catalogue[order.work](surroundings));
    return undefined;
  }
  const work = prepared.get(order.id);
  if (!work) throw new Error(`${order.id} was not prepared`);
  if (order.type === 'stock') {
    await work.stock?.(order.count);
    return undefined;
  }
  return run(work, order);
}

async function run(work: Work, order: Extract<Order, { type: 'run' }>): Promise<Outcome> {
  const { port, connections, seconds, perSecond } = order;
  const latencies: number[] = [];
  const errors: string[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let begun = 0;
  /** When the next unit of work may begin. */
  const turn = async () => {
    const wait = perSecond ? begin + (begun++ * 1000) / perSecond - performance.now() : 0;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    return performance.now();
  };
  const worker = async () => {
    const connection = new Connection(port);
    for (let start = await turn(); start < end && errors.length < MANY_ERRORS; start = await turn()) {
      try {
        if (!(await work.once(connection))) break;
        latencies.push(performance.now() - start);
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error));
      }
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const milliseconds = Float32Array.from(latencies).sort();
  return { milliseconds, seconds: (performance.now() - begin) / 1000, errors: errors.length, firstError: errors[0] };
}

async function spread(
  port: number,
  connections: number,
  count: number,
  act: (connection: Connection, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    const connection = new Connection(port);
    try {
      while (next < count) await act(connection, next++);
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(connections, count) }, worker));
}
