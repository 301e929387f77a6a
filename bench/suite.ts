import { castOf } from './cast.ts';
import { type Instruments, type Round, runRound, type Settings, warmUp } from './measure/measure.ts';
import { type Summary, summarize } from './measure/summary.ts';
import type { Scenario } from './scenarios.ts';
import type { Subject } from './subjects/subject.ts';

/**
 * A scenario on all of its subjects, in alternating rounds, so that a slow moment of the machine hits them alike.
 * @throws when a subject did not answer, or gave an answer that is not right
 */
export async function runScenario(
  tools: Instruments,
  scenario: Scenario,
  subjects: readonly Subject[],
  usual: Settings,
): Promise<Summary[]> {
  const settings = { ...usual, connections: scenario.connections ?? usual.connections };
  const taking = castOf(scenario, subjects).map((subject) => ({ subject, rounds: [] as Round[] }));
  for (const { subject } of taking) await explain(subject, () => warmUp(tools, scenario, subject, settings));
  for (let round = 0; round < settings.rounds; round += 1) {
    for (const { subject, rounds } of taking) {
      rounds.push(await explain(subject, () => runRound(tools, scenario, subject, settings)));
    }
  }
  const summaries = taking.map(({ subject, rounds }) => summarize(scenario, subject.name, rounds));
  for (const { subject, requests, errors, firstError } of summaries) {
    if (errors > 0) throw new Error(`on ${subject}: ${errors} errors, first ${firstError}`);
    if (requests === 0) throw new Error(`on ${subject}: nothing was answered`);
  }
  return summaries;
}

async function explain<Result>(subject: Subject, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw new Error(`on ${subject.name}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
