import { scenarios } from '../scenarios.ts';
import type { Stage } from '../stage.ts';
import { has, type Installation, startLatchkey } from '../subjects/latchkey.ts';
import type { Subject } from '../subjects/subject.ts';
import { type Round, runRound, type Settings, warmUp } from './measure.ts';

export interface Scaling {
  /** Requests per second with one worker and with two, as measured. */
  readonly one: number;
  readonly two: number;
  /** How many times as much two workers do, with what others (the load generator, the database) took of the cores taken out. */
  readonly factor: number;
}

/** One worker process against two, in alternating rounds. undefined where the server has no workers yet. */
export async function measureWorkers(
  stage: Stage,
  installation: Installation,
  settings: Settings,
): Promise<Scaling | undefined> {
  const scenario = scenarios.find(({ name }) => name === 'client-credentials-es256');
  if (!has('WORKERS') || !scenario) return undefined;
  const started = [await start(stage, installation, 1), await start(stage, installation, 2)] as const;
  const rounds: [Round[], Round[]] = [[], []];
  const busy = { ...settings, connections: 4 * settings.connections };
  try {
    for (const subject of started) await warmUp(stage, scenario, subject, busy);
    for (let round = 0; round < settings.rounds; round += 1) {
      for (const [index, subject] of started.entries()) {
        rounds[index]?.push(await runRound(stage, scenario, subject, busy));
      }
    }
  } finally {
    for (const { program } of started) await program.stop();
  }
  const wrong = rounds.flat().find(({ errors }) => errors > 0);
  if (wrong) throw new Error(`workers: ${wrong.errors} errors, first ${wrong.firstError}`);
  const [one, two] = [perSecond(rounds[0]), perSecond(rounds[1])];
  return { one, two, factor: (2 * (two / coresLeft(rounds[1], 2))) / (one / coresLeft(rounds[0], 1)) };
}

const start = (stage: Stage, installation: Installation, workers: number): Promise<Subject> =>
  startLatchkey(stage, installation, { extra: { WORKERS: String(workers) } });

const sum = (rounds: readonly Round[], pick: (round: Round) => number) =>
  rounds.reduce((total, round) => total + pick(round), 0);

const perSecond = (rounds: readonly Round[]) =>
  sum(rounds, (round) => round.requests) / sum(rounds, (round) => round.seconds);

/** How many cores so many workers could have had at most: what they took, and what nobody took. */
function coresLeft(rounds: readonly Round[], workers: number): number {
  const forWorkers = sum(rounds, (round) => round.serverCpu + round.idleCpu) / 1e6;
  return Math.min(workers, forWorkers / sum(rounds, (round) => round.seconds));
}
