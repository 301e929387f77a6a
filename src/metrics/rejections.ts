import type { Registry } from 'prom-client';
import { counter } from './make.ts';

/** Counts what src/process/ending.ts logs. A listener of its own: it says nothing of who else hears of them. */
export function countRejections(registry: Registry): void {
  const rejections = counter(registry, 'latchkey_unhandled_rejections_total');
  process.on('unhandledRejection', () => rejections.inc());
}
