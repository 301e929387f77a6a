import type { LoadGenerator } from '../load/remote.ts';
import type { Scenario } from '../scenarios.ts';
import type { Subject } from '../subjects/subject.ts';
import { type MeasuredPostgres, type StatementCount, statementsBetween } from './postgres.ts';
import { cpuOf, idleCpu, residentMemoryOf } from './processes.ts';

/** What happened in one round of a scenario on a subject. */
export interface Round {
  readonly requests: number;
  readonly seconds: number;
  readonly errors: number;
  readonly firstError: string | undefined;
  /** Of each request, sorted. */
  readonly milliseconds: Float32Array;
  /** CPU time in µs in all. */
  readonly serverCpu: number;
  readonly databaseCpu: number;
  readonly loadCpu: number;
  /** What nobody took, of all cores. */
  readonly idleCpu: number;
  /** bytes, at the end of the round */
  readonly memory: number;
  /** Besides BEGIN and COMMIT; undefined where they cannot be counted. */
  readonly statements: readonly StatementCount[] | undefined;
  /** Transactions that wrote something; undefined where there is no database. */
  readonly commits: number | undefined;
}

export interface Instruments {
  readonly load: LoadGenerator;
  readonly postgres: MeasuredPostgres;
}

export interface Settings {
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly rounds: number;
  /** How many families of refresh tokens are in use. */
  readonly chains: number;
}

/** Two processes of one name differ in their port. */
const idOf = (scenario: Scenario, { name, target }: Subject) => `${scenario.name} on ${name} at ${target.port}`;

/** Gets a scenario ready on a subject, and runs it for a while without looking. */
export async function warmUp(tools: Instruments, scenario: Scenario, subject: Subject, settings: Settings) {
  const { connections, chains, warmUpSeconds } = settings;
  const id = idOf(scenario, subject);
  const { work } = scenario;
  const enough = Math.max(chains, connections);
  await tools.load.tell({ type: 'prepare', id, work, target: subject.target, connections, chains: enough });
  return runRound(tools, scenario, subject, { ...settings, seconds: warmUpSeconds }, 0.25);
}

/** One round. `share` of the stock is made for it, where the scenario uses something up. */
export async function runRound(
  { load, postgres }: Instruments,
  scenario: Scenario,
  subject: Subject,
  { connections, seconds }: Pick<Settings, 'connections' | 'seconds'>,
  share = 1,
): Promise<Round> {
  const id = idOf(scenario, subject);
  if (scenario.stock) {
    await load.tell({ type: 'stock', id, count: Math.max(1, Math.round(scenario.stock * share)) });
  }
  const { pid } = subject.program;
  const { database } = subject;
  const countStatements = async () => (database ? postgres.statements(database) : undefined);
  const cpu = () => [cpuOf(pid), database ? cpuOf(postgres.pid) : 0, cpuOf(load.pid), idleCpu()] as const;
  const countCommits = async () => (database ? postgres.commits() : undefined);
  const statementsBefore = await countStatements();
  const commitsBefore = await countCommits();
  const before = cpu();
  const outcome = await load.tell({ type: 'run', id, port: subject.target.port, connections, seconds });
  const after = cpu();
  if (!outcome) throw new Error('the load generator has no outcome');
  return {
    requests: outcome.milliseconds.length,
    ...outcome,
    serverCpu: after[0] - before[0],
    databaseCpu: after[1] - before[1],
    loadCpu: after[2] - before[2],
    idleCpu: after[3] - before[3],
    memory: residentMemoryOf(pid),
    statements: statementsBetween(statementsBefore, await countStatements()),
    commits: commitsBefore === undefined ? undefined : ((await countCommits()) ?? 0) - commitsBefore,
  };
}
