import { openPostgres } from '../../src/db/connections/connection.ts';
import { scenarios } from '../scenarios.ts';
import type { Stage } from '../stage.ts';
import { install, startLatchkey } from '../subjects/latchkey.ts';
import { type Round, runRound, type Settings, warmUp } from './measure.ts';
import { type Summary, summarize } from './summary.ts';

const SIZES = [100, 10_000, 100_000];

/** What a request costs when so many apps take turns. */
export interface Turns {
  readonly apps: number;
  readonly summary: Summary;
}

/** A process for each number of apps, all on one database with the most of them, in alternating rounds. */
export async function measureApps(stage: Stage, settings: Settings): Promise<readonly Turns[]> {
  const scenario = scenarios.find(({ name }) => name === 'client-credentials-many');
  if (!scenario) return [];
  const installation = await install(stage.postgres, 'apps', Math.max(...SIZES));
  await analyze(`${stage.postgres.url}/apps`);
  const taking = [];
  for (const apps of SIZES) {
    const { program, target, ...rest } = await startLatchkey(stage, installation);
    stage.manage(program);
    const subject = { ...rest, program, target: { ...target, machines: target.machines.slice(0, apps + 1) } };
    taking.push({ apps, subject, rounds: [] as Round[] });
  }
  for (const { subject } of taking) await warmUp(stage, scenario, subject, settings);
  for (let round = 0; round < settings.rounds; round += 1) {
    for (const { subject, rounds } of taking) rounds.push(await runRound(stage, scenario, subject, settings));
  }
  for (const { subject } of taking) await subject.program.stop();
  const turns = taking.map(({ apps, rounds }) => ({ apps, summary: summarize(scenario, 'latchkey', rounds) }));
  const wrong = turns.find(({ summary }) => summary.errors > 0);
  if (wrong) throw new Error(`${wrong.apps} apps: ${wrong.summary.errors} errors, first ${wrong.summary.firstError}`);
  return turns;
}

async function analyze(url: string): Promise<void> {
  const { pool, close } = openPostgres(url, 1, () => {});
  await pool?.query('vacuum analyze');
  await close();
}
