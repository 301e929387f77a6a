import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Order, Outcome, Reply } from './orders.ts';

export interface LoadGenerator {
  readonly pid: number;
  /** @throws what went wrong over there */
  tell(order: Order): Promise<Outcome | undefined>;
  stop(): Promise<void>;
}

/** Starts the process that makes the load. One order at a time. */
export function startLoadGenerator(): LoadGenerator {
  const file = fileURLToPath(new URL('generator.ts', import.meta.url));
  const child = fork(file, { serialization: 'advanced', execArgv: [] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid ?? 0,
    tell(order) {
      return new Promise((resolve, reject) => {
        const onExit = (code: number | null) => reject(new Error(`the load generator ended with ${code}`));
        child.once('exit', onExit);
        child.once('message', (reply: Reply) => {
          child.off('exit', onExit);
          if ('error' in reply) reject(new Error(reply.error));
          else resolve(reply.outcome);
        });
        child.send(order);
      });
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
