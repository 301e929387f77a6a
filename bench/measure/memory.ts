import { scenarios } from '../scenarios.ts';
import type { Stage } from '../stage.ts';
import { type Installation, startLatchkey } from '../subjects/latchkey.ts';
import { runRound, type Settings, warmUp } from './measure.ts';
import { proportionalMemoryOf, residentMemoryOf } from './processes.ts';

const WORKERS = [1, 4];
/** What fills the memory of a process: thousands of apps, tokens, and people who sign in. */
const SCENARIOS = ['client-credentials-many', 'introspection-jwt', 'refresh-id-token', 'code-exchange', 'sign-in'];

/** The most memory that was seen after a round of each of a few scenarios, in bytes, of all processes together. */
export interface Memory {
  readonly workers: number;
  readonly resident: number;
  /** Pages that several processes share are counted once. */
  readonly proportional: number;
}

export async function measureMemory(
  stage: Stage,
  installation: Installation,
  settings: Settings,
): Promise<readonly Memory[]> {
  const measured: Memory[] = [];
  for (const workers of WORKERS) {
    const subject = await startLatchkey(stage, installation, { extra: { WORKERS: String(workers) } });
    stage.manage(subject.program);
    const { pid } = subject.program;
    let [resident, proportional] = [0, 0];
    for (const scenario of scenarios.filter(({ name }) => SCENARIOS.includes(name))) {
      // So many connections that every worker has some.
      const busy = { ...settings, connections: 4 * settings.connections };
      await warmUp(stage, scenario, subject, busy);
      for (let round = 0; round < settings.rounds; round += 1) {
        const { errors, firstError } = await runRound(stage, scenario, subject, busy);
        if (errors > 0) throw new Error(`memory, ${scenario.title}: ${errors} errors, first ${firstError}`);
        resident = Math.max(resident, residentMemoryOf(pid));
        proportional = Math.max(proportional, proportionalMemoryOf(pid));
      }
    }
    await subject.program.stop();
    measured.push({ workers, resident, proportional });
  }
  return measured;
}
