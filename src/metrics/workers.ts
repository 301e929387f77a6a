import type { Worker } from 'node:cluster';
import { AggregatorRegistry, type MetricObject, type Registry } from 'prom-client';
import { gauge } from './make.ts';

/** What a process has counted, in a form that can be sent. */
type Counted = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

const ASK = 'count';
interface Reply {
  readonly counted: Counted;
}

/** Milliseconds. A worker that does not answer in this time is left out. */
const PATIENCE = 2000;

/** In a worker: tells the primary what it has counted, whenever that asks. */
export function answerPrimary(registry: Registry): void {
  process.on('message', async (message) => {
    if (message !== ASK) return;
    const reply: Reply = { counted: await registry.getMetricsAsJSON() };
    // The primary may have disconnected this worker: an error that nobody hears would end it during its last answers.
    process.send?.(reply, undefined, undefined, () => {});
  });
}

/** What all workers have counted, those included that have ended: a sum that falls would look like a restart. */
export function createWorkerMetrics(own: Registry, listening: () => readonly Worker[]) {
  const known = new Map<Worker, Counted>();
  let ended: Counted[] = [];
  let reading: Promise<unknown> = Promise.resolve();
  gauge(own, 'latchkey_workers', () => [[{}, listening().length]]);

  const bury = (worker: Worker) => {
    const last = known.get(worker) ?? [];
    known.delete(worker);
    ended.push(last.filter(({ type }) => isLasting(String(type))));
  };
  const ask = async (worker: Worker) => {
    if (!known.has(worker)) worker.once('exit', () => bury(worker));
    const before = known.get(worker) ?? [];
    known.set(worker, before);
    const now = await counted(worker, before);
    if (known.has(worker)) known.set(worker, now);
  };
  const read = async (): Promise<string> => {
    await Promise.all(listening().map(ask));
    const text = await merge([...ended, ...known.values(), await own.getMetricsAsJSON()]).metrics();
    const together = ended.length;
    if (together > 1) ended = [await merge(ended).getMetricsAsJSON(), ...ended.slice(together)];
    return text;
  };
  return {
    /** One after the other, however many ask. */
    read(): Promise<string> {
      const text = reading.then(read);
      reading = text.catch(() => {});
      return text;
    },
  };
}

const isLasting = (type: string) => type === 'counter' || type === 'histogram';

const merge = (all: readonly Counted[]) => AggregatorRegistry.aggregate(all as unknown as MetricObject[]);

/** What a worker answers, or what it answered before. */
async function counted(worker: Worker, before: Counted): Promise<Counted> {
  const { promise, resolve } = Promise.withResolvers<Counted>();
  const hear = (message: Partial<Reply>) => message?.counted && resolve(message.counted);
  const end = () => resolve(before);
  const timer = setTimeout(end, PATIENCE);
  worker.on('message', hear).once('exit', end);
  // For a worker that ends at this moment, its last numbers count.
  if (worker.isConnected()) worker.send(ASK, (error) => error && end());
  const answer = await promise;
  clearTimeout(timer);
  worker.off('message', hear).off('exit', end);
  return answer;
}
