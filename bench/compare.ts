import { castOf, startSubjects } from './cast.ts';
import type { Settings } from './measure/measure.ts';
import { measureStarts } from './measure/starts.ts';
import type { Summary } from './measure/summary.ts';
import { measureWorkers } from './measure/workers.ts';
import { type Options, wants } from './options.ts';
import { type Findings, goalRows } from './report/goals.ts';
import { measurementRows, statementRows } from './report/measurements.ts';
import { writeResults } from './report/results.ts';
import { toColumns } from './report/table.ts';
import { type Scenario, scenarios, switchedOff } from './scenarios.ts';
import type { Stage } from './stage.ts';
import { install } from './subjects/latchkey.ts';
import { runScenario } from './suite.ts';

const MANY_CLIENTS = 5000;

/** The server beside the yardsticks. Prints as it goes. @returns how many scenarios failed */
export async function compare(stage: Stage, options: Options): Promise<number> {
  const { quick } = options;
  const settings: Settings = { ...options, warmUpSeconds: quick ? 0.02 : 2, chains: quick ? 8 : 32 };
  const installation = await install(stage.postgres, 'latchkey', quick ? 20 : MANY_CLIENTS);
  const whole = !quick && options.scenarios.length === 0 && options.subjects.length === 0;
  const starts = whole ? await measureStarts(stage, installation) : undefined;
  const subjects = await startSubjects(stage, installation, (name) => wants(options.subjects, name));
  const chosen = scenarios
    .filter((scenario) => wants(options.scenarios, scenario.work) && castOf(scenario, subjects).length > 0)
    .map((scenario) => (quick ? shortened(scenario) : scenario));
  const summaries: Summary[] = [];
  let failed = 0;
  for (const scenario of chosen) {
    const measured = await runScenario(stage, scenario, subjects, settings).catch((error: Error) => {
      console.error(`${scenario.title} ${error.message}`);
      return [];
    });
    if (!areRight(measured)) failed += 1;
    summaries.push(...measured);
    if (quick) continue;
    console.log(`${toColumns(measurementRows(measured))}\n`);
    if (options.statements) console.log(`${toColumns(statementRows(measured))}\n`);
  }
  const scaling = whole ? await measureWorkers(stage, installation, settings) : undefined;
  const findings: Findings = { summaries, starts, scaling };
  if (!quick) console.log(`${toColumns(goalRows(findings))}\n`);
  if (whole && failed === 0) writeResults(findings, settings, stage.postgres.version);
  for (const line of switchedOff) console.log(line);
  console.log(`bench: ${chosen.length - failed} scenarios passed, ${failed} failed`);
  return failed;
}

function shortened(scenario: Scenario): Scenario {
  return scenario.stock ? { ...scenario, stock: Math.min(scenario.stock, 8) } : scenario;
}

/** Whether every subject answered, and every answer was right. */
function areRight(measured: readonly Summary[]): boolean {
  for (const { scenario, subject, requests, errors, firstError } of measured) {
    if (errors > 0) console.error(`${scenario.title} on ${subject}: ${errors} errors, first ${firstError}`);
    else if (requests === 0) console.error(`${scenario.title} on ${subject}: nothing was answered`);
  }
  return measured.length > 0 && measured.every(({ requests, errors }) => errors === 0 && requests > 0);
}
