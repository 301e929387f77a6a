import type { Middleware } from 'koa';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Database } from '../db/connections/connection.ts';
import { watchDatabase } from './database.ts';
import { countRejections } from './rejections.ts';
import { countRequests } from './requests.ts';
import { type Watched, watchState } from './state.ts';

/** What this process counts of itself. Made only when someone wants to know (METRICS_PORT). */
export interface Metrics {
  readonly registry: Registry;
  readonly countRequests: Middleware;
  watchDatabase(database: Database): void;
  watchState(watched: Watched): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  // The process: CPU, memory, garbage collection, and by how much the event loop is late.
  collectDefaultMetrics({ register: registry });
  countRejections(registry);
  return {
    registry,
    countRequests: countRequests(registry),
    watchDatabase: (database) => watchDatabase(registry, database),
    watchState: (watched) => watchState(registry, watched),
  };
}
