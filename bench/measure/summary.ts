import type { Scenario } from '../scenarios.ts';
import type { SubjectName } from '../subjects/subject.ts';
import type { Round } from './measure.ts';

/** All rounds of a scenario on a subject, per request. */
export interface Summary {
  readonly scenario: Scenario;
  readonly subject: SubjectName;
  readonly requests: number;
  readonly errors: number;
  readonly firstError: string | undefined;
  readonly perSecond: number;
  /** milliseconds */
  readonly p50: number;
  readonly p99: number;
  /** µs of CPU per request */
  readonly serverCpu: number;
  readonly databaseCpu: number;
  readonly loadCpu: number;
  /** The same in each round, server and database together, to see how much the machine disturbs. */
  readonly cpuOfRounds: readonly number[];
  readonly perSecondOfRounds: readonly number[];
  /** undefined where they cannot be counted, or there is no database. */
  readonly statements: number | undefined;
  /** Transactions that wrote, likewise. */
  readonly commits: number | undefined;
  readonly statementTexts: readonly { query: string; perRequest: number }[];
  /** The most that was seen, in bytes. */
  readonly memory: number;
}

export function summarize(scenario: Scenario, subject: SubjectName, rounds: readonly Round[]): Summary {
  const total = (pick: (round: Round) => number) => rounds.reduce((sum, round) => sum + pick(round), 0);
  const requests = total((round) => round.requests);
  const perRequest = (amount: number) => (requests > 0 ? amount / requests : Number.NaN);
  const milliseconds = Float32Array.from(rounds.flatMap((round) => [...round.milliseconds])).sort();
  const counts = new Map<string, number>();
  for (const { query, calls } of rounds.flatMap((round) => round.statements ?? [])) {
    counts.set(query, (counts.get(query) ?? 0) + calls);
  }
  const counted = rounds.every((round) => round.statements !== undefined);
  const withDatabase = rounds.every((round) => round.commits !== undefined);
  return {
    scenario,
    subject,
    requests,
    errors: total((round) => round.errors),
    firstError: rounds.find((round) => round.firstError)?.firstError,
    perSecond: requests / total((round) => round.seconds),
    p50: quantile(milliseconds, 0.5),
    p99: quantile(milliseconds, 0.99),
    serverCpu: perRequest(total((round) => round.serverCpu)),
    databaseCpu: perRequest(total((round) => round.databaseCpu)),
    loadCpu: perRequest(total((round) => round.loadCpu)),
    cpuOfRounds: rounds.map((round) => (round.serverCpu + round.databaseCpu) / Math.max(1, round.requests)),
    perSecondOfRounds: rounds.map((round) => round.requests / round.seconds),
    statements: counted ? perRequest([...counts.values()].reduce((sum, calls) => sum + calls, 0)) : undefined,
    commits: withDatabase ? perRequest(total((round) => round.commits ?? 0)) : undefined,
    statementTexts: [...counts].map(([query, calls]) => ({ query, perRequest: perRequest(calls) })),
    memory: Math.max(0, ...rounds.map((round) => round.memory)),
  };
}

export const cpuOf = ({ serverCpu, databaseCpu }: Summary): number => serverCpu + databaseCpu;

function quantile(sorted: Float32Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
