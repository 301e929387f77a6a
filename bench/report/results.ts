import { writeFileSync } from 'node:fs';
import type { Settings } from '../measure/measure.ts';
import { switchedOff } from '../scenarios.ts';
import { floorRows } from './floors.ts';
import { type Findings, goalRows } from './goals.ts';
import { measurementRows } from './measurements.ts';
import { describeSurroundings } from './surroundings.ts';
import { toMarkdown } from './table.ts';

/** Keeps a full run, so that the next one can be compared with it. */
export function writeResults(findings: Findings, settings: Settings, postgresVersion: string): void {
  const { rounds, seconds, connections } = settings;
  const text = `# Results of the bench

Written by \`npm run bench\`; [docs/benchmarks.md](../docs/benchmarks.md) says what each number means. Read the ratios: both
sides of each were measured in the same run, in ${rounds} alternating rounds of ${seconds} s over ${connections} connections.

${toMarkdown([['', ''], ...describeSurroundings(postgresVersion)])}

## Goals

A ratio is CPU time per request of this server and its PostgreSQL, divided by that of the yardstick.

${toMarkdown(goalRows(findings))}

## Against the floor

This server divided by Koa that does only the unavoidable, on the same PostgreSQL; a sign-in by the hash of its password.

${toMarkdown(floorRows(findings.summaries))}

## Measurements

${toMarkdown(measurementRows(findings.summaries))}

${switchedOff.map((line) => `- ${line}`).join('\n')}
`;
  writeFileSync(new URL('../RESULTS.md', import.meta.url), text);
}
