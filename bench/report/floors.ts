import { cpuOf, type Summary } from '../measure/summary.ts';
import { rounded } from './table.ts';

const HEADER = ['scenario', 'CPU', 'by round', 'ours µs', 'floor µs', 'rate', 'rate by round'];

/** One row for each scenario that has a floor: this server's CPU time, and its rate, divided by the floor's. */
export function floorRows(summaries: readonly Summary[]): string[][] {
  const rows = summaries
    .filter(({ subject }) => subject === 'latchkey')
    .flatMap((ours) => {
      const floor = floorOf(ours, summaries);
      return floor ? [rowOf(ours, floor)] : [];
    });
  return [HEADER, ...rows];
}

/** What a scenario cannot do without: the floor, or of a sign-in the password's hash. */
function floorOf({ scenario }: Summary, all: readonly Summary[]): Summary | undefined {
  return all.find(
    (other) => other.scenario === scenario && (other.subject === 'floor' || other.subject === 'password hash'),
  );
}

function rowOf(ours: Summary, floor: Summary): string[] {
  return [
    ours.scenario.title,
    `${rounded(cpuOf(ours) / cpuOf(floor), 2)} ×`,
    spreadOf(ours.cpuOfRounds, floor.cpuOfRounds),
    rounded(cpuOf(ours)),
    rounded(cpuOf(floor)),
    `${rounded(ours.perSecond / floor.perSecond, 2)} ×`,
    spreadOf(ours.perSecondOfRounds, floor.perSecondOfRounds),
  ];
}

/** From the least to the most of the ratios of single rounds. */
export function spreadOf(ours: readonly number[], theirs: readonly number[]): string {
  const ratios = ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
  return `${rounded(Math.min(...ratios), 2)}–${rounded(Math.max(...ratios), 2)}`;
}
