import { startSubjects } from './cast.ts';
import type { Summary } from './measure/summary.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { measurementRows } from './report/measurements.ts';
import { toColumns } from './report/table.ts';
import { type Scenario, scenarios, switchedOff } from './scenarios.ts';
import { onStage, type Stage } from './stage.ts';
import { runScenario } from './suite.ts';

const options = readOptions();
const failed = await onStage((stage) => compare(stage, options));
process.exit(failed > 0 ? 1 : 0);

function readOptions(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

/** @returns how many scenarios failed */
async function compare(stage: Stage, options: Options): Promise<number> {
  const isChosen = (name: string, parts: readonly string[]) =>
    parts.length === 0 || parts.some((part) => name.includes(part));
  const chosen = scenarios.filter(({ work }) => isChosen(work, options.scenarios));
  const wanted = (name: string) => isChosen(name, options.subjects);
  const subjects = await startSubjects(stage, wanted, options.quick ? 20 : 5000);
  const settings = { ...options, warmUpSeconds: options.quick ? 0.05 : 2 };
  const summaries: Summary[] = [];
  let failed = 0;
  for (const scenario of chosen) {
    const measured = await runScenario(stage, options.quick ? shortened(scenario) : scenario, subjects, settings).catch(
      (error: Error) => {
        console.error(`${scenario.title}: ${error.message}`);
        return undefined;
      },
    );
    if (!measured || !judge(measured)) failed += 1;
    if (measured) summaries.push(...measured);
    if (measured && !options.quick) console.log(`${toColumns(measurementRows(measured))}\n`);
  }
  if (!options.quick) console.log(`\n${toColumns(measurementRows(summaries))}\n`);
  for (const line of switchedOff) console.log(line);
  console.log(`bench: ${chosen.length - failed} scenarios passed, ${failed} failed`);
  return failed;
}

function shortened(scenario: Scenario): Scenario {
  return scenario.stock ? { ...scenario, stock: Math.min(scenario.stock, 16) } : scenario;
}

/** Whether every subject answered, and every answer was right. */
function judge(measured: readonly Summary[]): boolean {
  for (const { scenario, subject, requests, errors, firstError } of measured) {
    if (errors > 0) console.error(`${scenario.title} on ${subject}: ${errors} errors, first ${firstError}`);
    else if (requests === 0) console.error(`${scenario.title} on ${subject}: nothing was answered`);
  }
  return measured.every(({ requests, errors }) => errors === 0 && requests > 0);
}
