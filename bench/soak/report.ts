import { writeFileSync } from 'node:fs';
import { type Chart, writeCharts } from '../report/chart.ts';
import { describeSurroundings } from '../report/surroundings.ts';
import { rounded, toMarkdown } from '../report/table.ts';
import { type Sample, WORKERS } from './sample.ts';
import type { Soak } from './soak.ts';
import { MOST_RISE, type Verdict } from './verdict.ts';

const HEADER = [
  'minute',
  'per second',
  'p50 ms',
  'p99 ms',
  'errors',
  ...Array.from({ length: WORKERS }, (_, worker) => `worker ${worker + 1} MB`),
  'connections',
  'signing keys',
  'artifacts',
  'audit events',
  'usage hours',
  'request log',
];

export function sampleRows(samples: readonly Sample[]): string[][] {
  return [HEADER, ...samples.map(rowOf)];
}

function rowOf({ seconds, perSecond, p50, p99, errors, memory, connections, keys, rows }: Sample): string[] {
  return [
    rounded(seconds / 60, 1),
    rounded(perSecond),
    rounded(p50, 2),
    rounded(p99, 2),
    String(errors),
    ...memory.map((megabytes) => rounded(megabytes)),
    String(connections),
    String(keys),
    ...Object.values(rows).map(String),
  ];
}

export function verdictRows(verdicts: readonly Verdict[]): string[][] {
  return [['', 'flat', ''], ...verdicts.map(({ what, flat, words }) => [what, flat ? 'yes' : 'no', words])];
}

/** A row a minute is enough to read; the picture has all of them. */
export function writeSoak(soak: Soak, verdicts: readonly Verdict[], postgresVersion: string): void {
  const { samples, capacity, asked, minutes, loadBefore } = soak;
  const everyMinute = samples.filter((_, index) => index % 6 === 5);
  const text = `# Soak

Written by \`npm run bench -- --soak\`; [docs/benchmarks.md](../docs/benchmarks.md#soak) says what is done. ${minutes} minutes at
${rounded(asked)} units of work per second, half of the ${rounded(capacity)} that ${WORKERS} workers did without a pause just before. Memory is called
flat when the line through the second half rises by less than ${MOST_RISE * 100} % over that half.

${toMarkdown([['', ''], ...describeSurroundings(postgresVersion), ['load average before it began', rounded(loadBefore, 1)]])}

${toMarkdown(verdictRows(verdicts))}

![Memory, connections, latency and rows over time](soak.svg)

${toMarkdown(sampleRows(everyMinute))}
`;
  writeFileSync(new URL('../SOAK.md', import.meta.url), text);
  writeCharts(new URL('../soak.svg', import.meta.url), 'Soak', chartsOf(samples));
}

function chartsOf(samples: readonly Sample[]): Chart[] {
  const line = (name: string, value: (sample: Sample) => number) => ({
    name,
    points: samples.map((sample) => ({ x: sample.seconds / 60, y: value(sample) })),
  });
  const last = Math.ceil((samples.at(-1)?.seconds ?? 0) / 60);
  const over = { grows: 'minutes', ticks: Array.from({ length: last + 1 }, (_, minute) => minute) };
  const memory = Array.from({ length: WORKERS }, (_, worker) =>
    line(`worker ${worker + 1}`, (sample) => sample.memory[worker] ?? 0),
  );
  return [
    { ...over, title: 'Resident memory, MB', lines: memory },
    { ...over, title: 'Connections to PostgreSQL', lines: [line('connections', ({ connections }) => connections)] },
    { ...over, title: 'Milliseconds', lines: [line('p50', ({ p50 }) => p50), line('p99', ({ p99 }) => p99)] },
    {
      ...over,
      title: 'Rows',
      lines: [line('artifacts', ({ rows }) => rows.artifacts), line('audit events', ({ rows }) => rows.audit_events)],
    },
  ];
}
