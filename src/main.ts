import cluster from 'node:cluster';
import { hearSignals, hearSignalsAsWorker } from './process/signals.ts';

// Before the rest is loaded, which takes most of the time of a start, so that a signal finds somebody.
const signals = cluster.isWorker ? hearSignalsAsWorker() : hearSignals();
const { run } = await import('./process/run.ts');
await run(process.env, signals);
