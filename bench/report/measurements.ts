import { cpuOf, type Summary } from '../measure/summary.ts';
import { rounded } from './table.ts';

const HEADER = [
  'scenario',
  'subject',
  'req/s',
  'p50 ms',
  'p99 ms',
  'errors',
  'server µs',
  'database µs',
  'SQL',
  'commits',
  'RSS MB',
  'ratio',
];

/** One row for each scenario and subject. The ratio is this server's CPU time divided by the yardstick's. */
export function measurementRows(summaries: readonly Summary[]): string[][] {
  return [HEADER, ...summaries.map((summary) => rowOf(summary, summaries))];
}

function rowOf(summary: Summary, all: readonly Summary[]): string[] {
  return [
    summary.scenario.title,
    summary.subject,
    rounded(summary.perSecond),
    rounded(summary.p50, 2),
    rounded(summary.p99, 2),
    String(summary.errors),
    rounded(summary.serverCpu),
    rounded(summary.databaseCpu),
    rounded(summary.statements, 2),
    rounded(summary.commits, 2),
    rounded(summary.memory / 1e6),
    ratioOf(summary, all),
  ];
}

function ratioOf(summary: Summary, all: readonly Summary[]): string {
  if (summary.subject.startsWith('latchkey')) return '';
  const ours = all.find(({ scenario, subject }) => scenario === summary.scenario && subject === 'latchkey');
  return ours ? `${rounded(cpuOf(ours) / cpuOf(summary), 2)} ×` : '';
}

/** The SQL of each scenario, most often first. */
export function statementRows(summaries: readonly Summary[]): string[][] {
  const rows = summaries.flatMap(({ subject, statementTexts }) =>
    statementTexts
      .filter(({ perRequest }) => perRequest > 0.005)
      .map(({ query, perRequest }) => [subject, rounded(perRequest, 2), query.replace(/\s+/g, ' ').slice(0, 300)]),
  );
  return [['subject', 'per request', 'SQL'], ...rows];
}
