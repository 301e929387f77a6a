import { join } from 'node:path';
import { freePort } from '../../test/support/postgres.ts';
import type { Stage } from '../stage.ts';
import { type Installation, npmStart, startLatchkey } from '../subjects/latchkey.ts';
import { startProgram } from '../subjects/program.ts';
import { residentMemoryOf } from './processes.ts';

const TIMES = 3;
const REST_MS = 3000;

/** The middle one of a few tries. */
export interface Starts {
  /** Milliseconds until the first answer, on PostgreSQL whose migrations are done. */
  readonly onPostgres: number;
  /** Milliseconds until the first answer on the embedded database, after the first start ever. */
  readonly onEmbedded: number;
  /** Bytes of resident memory some seconds after the start, on PostgreSQL, with nothing to do. */
  readonly restingMemory: number;
}

export async function measureStarts(stage: Stage, installation: Installation): Promise<Starts> {
  const onPostgres: number[] = [];
  const onEmbedded: number[] = [];
  const memory: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const { program } = await startLatchkey(stage, installation);
    onPostgres.push(program.startedIn);
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    memory.push(residentMemoryOf(program.pid));
    await program.stop();
  }
  await startEmbedded(stage);
  for (let time = 0; time < TIMES; time += 1) onEmbedded.push(await startEmbedded(stage));
  return { onPostgres: middle(onPostgres), onEmbedded: middle(onEmbedded), restingMemory: middle(memory) };
}

/** As someone does who tries it out: no settings, everything in a folder. */
async function startEmbedded({ folder }: Stage): Promise<number> {
  const port = await freePort();
  const program = await startProgram(
    npmStart,
    { NODE_ENV: 'development', PORT: String(port), DATA_DIR: join(folder, 'embedded') },
    { folder, name: 'embedded', port, host: `localhost:${port}`, probe: '/readyz', address: 'localhost' },
  );
  await program.stop();
  return program.startedIn;
}

function middle(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
