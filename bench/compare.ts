import { castOf, startSubjects } from './cast.ts';
import { measureApps } from './measure/apps.ts';
import type { Settings } from './measure/measure.ts';
import { measureMemory } from './measure/memory.ts';
import { measureStarts } from './measure/starts.ts';
import type { Summary } from './measure/summary.ts';
import { measureWorkers } from './measure/workers.ts';
import { type Options, wants } from './options.ts';
import { floorRows } from './report/floors.ts';
import { type Findings, goalRows } from './report/goals.ts';
import { measurementRows, statementRows } from './report/measurements.ts';
import { writeResults } from './report/results.ts';
import { toColumns } from './report/table.ts';
import { type Scenario, scenarios, switchedOff } from './scenarios.ts';
import type { Stage } from './stage.ts';
import { install } from './subjects/latchkey.ts';
import type { Subject } from './subjects/subject.ts';
import { runScenario } from './suite.ts';

const MANY_CLIENTS = 5000;

/** The server beside the yardsticks. Prints as it goes. @returns how many scenarios failed */
export async function compare(stage: Stage, options: Options): Promise<number> {
  const { quick } = options;
  const settings: Settings = { ...options, warmUpSeconds: quick ? 0.02 : 2, chains: quick ? 8 : 32 };
  const installation = await install(stage.postgres, 'latchkey', quick ? 20 : MANY_CLIENTS);
  const tally = { passed: 0, failed: 0 };
  /** Lets the rest go on when one fails. */
  const attempt = async <Result>(title: string, act: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      const result = await act();
      tally.passed += 1;
      return result;
    } catch (error) {
      tally.failed += 1;
      console.error(`${title}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  };
  const alsoWanted = (name: string) => !quick && options.subjects.length === 0 && wants(options.scenarios, name);

  const starts = alsoWanted('starts') ? await attempt('starts', () => measureStarts(stage, installation)) : undefined;
  const subjects = await startSubjects(stage, installation, (name) => wants(options.subjects, name));
  const summaries: Summary[] = [];
  for (const scenario of chooseScenarios(options, subjects)) {
    const measured = await attempt(scenario.title, () => runScenario(stage, scenario, subjects, settings));
    summaries.push(...(measured ?? []));
    if (!quick && measured) show(measured, options);
  }
  const scaling = alsoWanted('workers')
    ? await attempt('workers', () => measureWorkers(stage, installation, settings))
    : undefined;
  const memory = alsoWanted('memory')
    ? await attempt('memory', () => measureMemory(stage, installation, settings))
    : undefined;
  const turns = alsoWanted('apps') ? await attempt('apps', () => measureApps(stage, settings)) : undefined;
  const findings: Findings = { summaries, starts, scaling, memory, turns };
  const whole = !quick && options.scenarios.length === 0 && options.subjects.length === 0;
  if (whole && tally.failed === 0) writeResults(findings, settings, stage.postgres.version);
  const floors = floorRows(summaries);
  if (floors.length > 1) console.log(`${toColumns(floors)}\n`);
  if (!quick) console.log(`${toColumns(goalRows(findings, { all: whole }))}\n`);
  for (const line of switchedOff) console.log(line);
  console.log(`bench: ${tally.passed} scenarios passed, ${tally.failed} failed`);
  return tally.failed;
}

function chooseScenarios({ scenarios: parts, quick }: Options, subjects: readonly Subject[]): Scenario[] {
  return scenarios
    .filter((scenario) => wants(parts, scenario.name) && castOf(scenario, subjects).length > 0)
    .map((scenario) => (quick ? shortened(scenario) : scenario));
}

function shortened(scenario: Scenario): Scenario {
  return {
    ...scenario,
    ...(scenario.stock && { stock: Math.min(scenario.stock, 8) }),
    ...(scenario.connections && { connections: Math.min(scenario.connections, 8) }),
  };
}

function show(measured: readonly Summary[], { statements }: Options): void {
  console.log(`${toColumns(measurementRows(measured))}\n`);
  if (statements) console.log(`${toColumns(statementRows(measured))}\n`);
}
