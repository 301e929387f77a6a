import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { describeSurroundings } from '../report/surroundings.ts';
import { rounded, toMarkdown } from '../report/table.ts';
import type { Finding } from './interview.ts';

/** Milliseconds of the server that a page or a call may take at the median. */
const GOAL = 50;

/** Not part of this. */
const YARDSTICKS = ['@node-oauth/oauth2-server', 'better-auth'];

const HEADER = ['', 'who', 'what', 'median ms', 'p95 ms', 'SQL', 'rows', 'pages read', `≤ ${GOAL} ms`];

/** The median of the round that the rest of the machine disturbed least. */
const medianOf = ({ rounds }: Finding) => Math.min(...rounds.map((round) => quantile(round, 0.5)));

export const isQuick = (finding: Finding): boolean => medianOf(finding) <= GOAL;

export function findingRows(findings: readonly Finding[]): string[][] {
  return [HEADER, ...findings.map(rowOf)];
}

function rowOf(finding: Finding): string[] {
  const { question, rounds, reads } = finding;
  return [
    question.name,
    question.caller.name,
    question.variant,
    rounded(medianOf(finding), 1),
    rounded(quantile(rounds.flat(), 0.95), 1),
    rounded(reads?.statements),
    rounded(reads?.rows),
    rounded(reads?.pages),
    isQuick(finding) ? 'yes' : 'no',
  ];
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function writePortal(
  findings: readonly Finding[],
  rows: Readonly<Record<string, number>>,
  rounds: number,
  postgresVersion: string,
): void {
  const slow = findings.filter((finding) => !isQuick(finding));
  const slowest = Math.max(...findings.map(medianOf));
  const surroundings = describeSurroundings(postgresVersion).filter(([name = '']) => !YARDSTICKS.includes(name));
  const load = ['load at the end', `${rounded(loadavg()[0], 1)}, of which this run makes about 1`];
  const counts = Object.entries(rows).map(([table, count]) => [table, count.toLocaleString('en')]);
  const text = `# The portal and the admin API with many rows

Written by \`npm run bench -- --portal\`; [docs/benchmarks.md](../docs/benchmarks.md#the-portal-with-many-rows) says what is asked and what
each column means. ${rounds} rounds; the median is the one of the least disturbed round, p95 is over all of them. Of
${findings.length} pages and calls ${slow.length} took more than ${GOAL} ms at the median, the slowest ${rounded(slowest, 1)} ms.

${toMarkdown([['', ''], ...surroundings, load])}

${toMarkdown([['table', 'rows'], ...counts])}

${toMarkdown(findingRows(findings))}
`;
  writeFileSync(new URL('../PORTAL.md', import.meta.url), text);
}
