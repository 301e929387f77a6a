import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Logger } from 'pino';
import { ToldToEnd } from './signals.ts';

/** What a worker tells the primary once it listens. */
export interface Ready {
  readonly welcome: string;
}

/**
 * What the primary tells a worker: to end, because another one has taken its place; or to wait until the primary lets go
 * of it, and end then.
 */
type Order = 'retire' | 'waitForRelease';

export interface Workers {
  /** Starts all of them, the first one alone: it migrates and seeds, or says why it cannot. @returns the first one's welcome */
  start(): Promise<string>;
  /** Replaces one after the other, once all have started. Each new one listens before the old one drains. */
  replaceAll(): Promise<void>;
  /** Drains all of them. @throws when one did not end well */
  stop(): Promise<void>;
  /** Those that have said that they listen, and have not ended. */
  listening(): readonly Worker[];
}

/** One of the places that are to be filled at all times. */
interface Place {
  worker: Worker | undefined;
  startedAt: number;
  delay: number;
  timer?: NodeJS.Timeout;
}

const WAITING = 'waiting';

/** Longer than a worker takes to drain. */
const PATIENCE = 20_000;

/** Longer than a worker that is well takes to say anything. One that stands still does not keep the others. */
const SILENCE = 2000;

/** The processes that answer requests, seen from the one that leads them. */
export function createWorkers(count: number, log: Logger): Workers {
  const places = Array.from({ length: count }, (): Place => ({ worker: undefined, startedAt: 0, delay: 0 }));
  const running = new Set<Worker>();
  const listening = new Set<Worker>();
  let stopping = false;
  let replacing = false;
  let again = false;
  let starting: Promise<string> | undefined;

  const fill = async (place: Place): Promise<string> => {
    clearTimeout(place.timer);
    const worker = cluster.fork();
    running.add(worker);
    // A message to a worker that ends at that moment fails. An error that nobody hears would end the primary.
    worker.on('error', (err) => log.debug({ err, worker: worker.process.pid }, 'a worker could not be told'));
    worker.on('exit', (code, signal) => {
      running.delete(worker);
      listening.delete(worker);
      if (place.worker !== worker || stopping) return;
      place.worker = undefined;
      place.delay = nextDelay(place.delay, performance.now() - place.startedAt);
      log.error({ worker: worker.process.pid, code, signal, delay: place.delay }, 'a worker ended, and is replaced');
      refill(place);
    });
    const { welcome } = await untilReady(worker);
    listening.add(worker);
    const old = place.worker;
    place.worker = worker;
    place.startedAt = performance.now();
    clearTimeout(place.timer);
    log.info({ worker: worker.process.pid }, 'a worker listens');
    if (old) release(old);
    return welcome;
  };

  const refill = (place: Place) => {
    place.timer = setTimeout(() => {
      fill(place).catch((err: unknown) => {
        if (stopping) return;
        place.delay = nextDelay(place.delay, 0);
        log.error({ err, delay: place.delay }, 'a worker could not be replaced');
        refill(place);
      });
    }, place.delay);
  };

  const replaceEach = async () => {
    for (const place of places) {
      if (stopping) return;
      await fill(place).catch((err: unknown) => {
        if (!place.worker) refill(place);
        throw err;
      });
    }
  };

  return {
    listening: () => [...listening],

    async start() {
      const [first, ...others] = places as [Place, ...Place[]];
      starting = fill(first).then(async (welcome) => {
        if (!stopping) await Promise.all(others.map(fill));
        return welcome;
      });
      return starting;
    },

    async replaceAll() {
      again = replacing;
      if (replacing) return;
      replacing = true;
      try {
        // Workers that are still starting are replaced too: they may have read old values.
        await starting;
        await replaceEach();
        if (!stopping) log.info('all workers are replaced');
      } catch (err) {
        log.error({ err }, 'a new worker did not start; the others stay');
      }
      replacing = false;
      if (again && !stopping) await this.replaceAll();
    },

    async stop() {
      stopping = true;
      for (const place of places) clearTimeout(place.timer);
      const all = [...running];
      // Heard from now on, because one may fail while the others are waited for.
      const ends = Promise.allSettled(all.map(untilEnded));
      await Promise.all(all.filter(isHeld).map(untilWaiting));
      for (const worker of all) release(worker);
      const failed = (await ends).find((end) => end.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}

/** Milliseconds before a worker that ended is replaced: 1 s at first, twice as long each time, 1 s again after a good minute. */
export function nextDelay(previous: number, lifetime: number): number {
  if (previous === 0 || lifetime >= 60_000) return 1000;
  return Math.min(previous * 2, 30_000);
}

function order(worker: Worker, what: Order): void {
  if (worker.isConnected()) worker.send(what, () => {});
}

/** Whether it was not released yet. */
const isHeld = (worker: Worker) => !worker.exitedAfterDisconnect;

/**
 * Detaches a worker from the socket that all share, and tells it to end. Connections that were accepted for it reach it
 * before that message. If it closed the socket itself, a connection on its way to it would come back and hang. Once
 * only: a worker that drains has closed its channel, so a second message would fail.
 */
function release(worker: Worker): void {
  if (!isHeld(worker)) return;
  order(worker, 'retire');
  if (worker.isConnected()) worker.disconnect();
  const last = setTimeout(() => worker.process.kill('SIGKILL'), PATIENCE);
  worker.once('exit', () => clearTimeout(last));
}

async function untilWaiting(worker: Worker): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // A worker that was still starting may say first that it listens.
  worker.on('message', (message) => message === WAITING && resolve()).once('exit', () => resolve());
  order(worker, 'waitForRelease');
  const last = setTimeout(resolve, SILENCE);
  await promise;
  clearTimeout(last);
}

/** @throws when it ended badly, or had to be killed */
async function untilEnded(worker: Worker): Promise<void> {
  const [code, signal] = await once(worker, 'exit');
  if (code !== 0) throw new WorkerEnded(`worker ${worker.process.pid} ended with ${signal ?? code}`);
}

/** @throws when the worker ends first, after it has said why */
async function untilReady(worker: Worker): Promise<Ready> {
  const abort = new AbortController();
  const { signal } = abort;
  try {
    return await Promise.race([
      once(worker, 'message', { signal }).then(([message]) => message as Ready),
      once(worker, 'exit', { signal }).then(([code, killer]) => {
        throw new WorkerEnded(`worker ${worker.process.pid} ended with ${killer ?? code} before it listened`);
      }),
    ]);
  } finally {
    abort.abort();
  }
}

/** A worker ended in another way than it was told to. */
export class WorkerEnded extends Error {}

/** In a worker: aborted when the primary has let go of it, or is gone. It then finishes what it does and ends. */
export function untilReleased(): AbortSignal {
  const released = new AbortController();
  const release = () => released.abort(new ToldToEnd('release'));
  process.on('message', (order: Order) => {
    if (order === 'retire') return release();
    if (order !== 'waitForRelease') return;
    // Without this a worker ends at once when it loses the primary.
    if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
    process.send?.(WAITING, undefined, undefined, () => {});
  });
  process.once('disconnect', release);
  return released.signal;
}
