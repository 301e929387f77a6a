import { writeFileSync } from 'node:fs';
import type { Sweep } from '../growth.ts';
import { cpuOf } from '../measure/summary.ts';
import type { Options } from '../options.ts';
import { describeSurroundings } from './surroundings.ts';
import { rounded, toMarkdown } from './table.ts';

const HEADER = [
  'scenario',
  'of',
  'number',
  'req/s',
  'p50 ms',
  'p99 ms',
  'errors',
  'server µs',
  'database µs',
  'SQL',
  'CPU',
];

/** One row for each size. The last column compares the CPU time per request with that of the first size. */
export function growthRows(sweeps: readonly Sweep[]): string[][] {
  const rows = sweeps.flatMap(({ title, grows, points }) =>
    points.map(({ size, summary }) => [
      title,
      grows,
      size.toLocaleString('en'),
      rounded(summary.perSecond),
      rounded(summary.p50, 2),
      rounded(summary.p99, 2),
      String(summary.errors),
      rounded(summary.serverCpu),
      rounded(summary.databaseCpu),
      rounded(summary.statements, 2),
      `${rounded(cpuOf(summary) / cpuOf((points[0] ?? { summary }).summary), 2)} ×`,
    ]),
  );
  return [HEADER, ...rows];
}

export function writeGrowth(sweeps: readonly Sweep[], { rounds, seconds }: Options, postgresVersion: string): void {
  const text = `# How the cost grows

Written by \`npm run bench -- --growth\`; [docs/benchmarks.md](../docs/benchmarks.md) says what each number means. Each row is
${rounds} rounds of ${seconds} s. The last column is CPU time per request against the first row of its kind.

${toMarkdown([['', ''], ...describeSurroundings(postgresVersion)])}

![The table below as charts](growth.svg)

${toMarkdown(growthRows(sweeps))}
`;
  writeFileSync(new URL('../GROWTH.md', import.meta.url), text);
}
