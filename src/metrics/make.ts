import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type MetricName, metrics } from './table.ts';

/** Seconds. The plainest answers take less than a millisecond; nothing takes longer than the limits on statements. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

function settings(name: MetricName) {
  const { labels, meaning, ...rest } = metrics[name];
  const aggregator = 'over' in rest ? { aggregator: rest.over } : {};
  return { name, help: meaning, labelNames: [...labels], registers: [], ...aggregator };
}

/** A metric of the table. `read` is called when it is asked for, for values that are kept elsewhere. */
export function counter(registry: Registry, name: MetricName, read?: () => Readings): Counter {
  const made = new Counter({
    ...settings(name),
    ...(read && {
      collect() {
        made.reset();
        for (const [labels, value] of read()) made.inc(labels, value);
      },
    }),
  });
  registry.registerMetric(made);
  return made;
}

export function gauge(registry: Registry, name: MetricName, read: () => Readings): Gauge {
  const made = new Gauge({
    ...settings(name),
    collect() {
      made.reset();
      for (const [labels, value] of read()) made.set(labels, value);
    },
  });
  registry.registerMetric(made);
  return made;
}

export function histogram(registry: Registry, name: MetricName): Histogram {
  const made = new Histogram({ ...settings(name), buckets: BUCKETS });
  registry.registerMetric(made);
  return made;
}

/** Values with their labels. */
export type Readings = (readonly [labels: Record<string, string>, value: number])[];
