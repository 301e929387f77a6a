import { loadavg } from 'node:os';
import { openPostgres } from '../../src/db/connections/connection.ts';
import type { Options } from '../options.ts';
import { toColumns } from '../report/table.ts';
import type { Stage } from '../stage.ts';
import { install, startLatchkey } from '../subjects/latchkey.ts';
import { sampleRows, verdictRows, writeSoak } from './report.ts';
import { type Sample, takeSample, WORKERS } from './sample.ts';
import { judge } from './verdict.ts';

const CONNECTIONS = 16;
const CHAINS = 64;
/** Seconds of load between two looks. */
const SLICE = 10;

/** All background work as often as it can be had: a new signing key of each algorithm about every minute or two. */
const SETTINGS = {
  WORKERS: String(WORKERS),
  JWKS_MAX_AGE: '5',
  KEY_PUBLISH_SECONDS: '10',
  KEY_ROTATION_DAYS: String(60 / 86_400),
};

export interface Soak {
  readonly samples: readonly Sample[];
  /** Units of work per second: as many as it does, and as many as it was asked. */
  readonly capacity: number;
  readonly asked: number;
  readonly minutes: number;
  /** How many processes wanted to run before it began: what others left of the machine. */
  readonly loadBefore: number;
}

/** Minutes at half of what the server can do. @returns how much was not flat */
export async function soak(stage: Stage, { minutes }: Options): Promise<number> {
  const [loadBefore = 0] = loadavg();
  const installation = await install(stage.postgres, 'soak', 1);
  const subject = await startLatchkey(stage, installation, { extra: SETTINGS });
  stage.manage(subject.program);
  const { pool, close } = openPostgres(`${stage.postgres.url}/soak?application_name=bench`, 4, () => {});
  stage.manage({ stop: close });
  if (!pool) throw new Error('not on PostgreSQL');

  const id = 'soak';
  const { target } = subject;
  await stage.load.tell({ type: 'prepare', id, work: 'mix', target, connections: CONNECTIONS, chains: CHAINS });
  const run = async (seconds: number, perSecond?: number) => {
    const order = { type: 'run', id, port: target.port, connections: CONNECTIONS, seconds } as const;
    const outcome = await stage.load.tell({ ...order, ...(perSecond && { perSecond }) });
    if (!outcome) throw new Error('the load generator has no outcome');
    return outcome;
  };
  const capacity = await measureCapacity(run);
  const asked = capacity / 2;
  console.log(`capacity ${capacity.toFixed(0)} per second; ${minutes} minutes at ${asked.toFixed(0)}`);
  const samples: Sample[] = [];
  for (const began = performance.now(); performance.now() - began < minutes * 60_000; ) {
    const outcome = await run(SLICE, asked);
    samples.push(await takeSample(pool, subject.program.pid, (performance.now() - began) / 1000, outcome));
    if (samples.length % 6 === 0) console.log(toColumns(sampleRows(samples.slice(-1)).slice(1)));
  }
  return report({ samples, capacity, asked, minutes, loadBefore }, stage.postgres.version);
}

/** As much as the server does when it is asked without a pause, after a while for warming up. */
async function measureCapacity(run: (seconds: number) => Promise<{ milliseconds: Float32Array; seconds: number }>) {
  await run(SLICE);
  const { milliseconds, seconds } = await run(SLICE);
  return milliseconds.length / seconds;
}

function report(result: Soak, postgresVersion: string): number {
  const verdicts = judge(result.samples);
  console.log(`\n${toColumns(sampleRows(result.samples))}\n\n${toColumns(verdictRows(verdicts))}`);
  writeSoak(result, verdicts, postgresVersion);
  const grown = verdicts.filter(({ flat }) => !flat).length;
  console.log(`soak: ${verdicts.length - grown} flat, ${grown} not`);
  return grown;
}
