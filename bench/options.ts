import { parseArgs } from 'node:util';

export interface Options {
  readonly quick: boolean;
  readonly growth: boolean;
  readonly large: boolean;
  readonly soak: boolean;
  readonly portal: boolean;
  readonly stops: boolean;
  readonly minutes: number;
  readonly statements: boolean;
  readonly connections: number;
  readonly seconds: number;
  readonly rounds: number;
  /** Parts of names; empty means all. */
  readonly scenarios: readonly string[];
  readonly subjects: readonly string[];
}

export const usage = `npm run bench -- [options]
  --quick            every scenario and every page for a moment, to see that it works; judges no numbers and writes nothing
  --growth           how cost grows with rows, clients and connections
  --large            with --growth: 10^7 rows too
  --soak             minutes at half of what it can do, to see that nothing grows
  --portal           every page of the portal and every operation of the admin API that reads, with many rows
  --stops            what stopping an app and a team takes with a million used refresh tokens
  --minutes N        with --soak: how many (10)
  --scenario NAME    only scenarios whose name has NAME in it (also: starts, workers, memory, apps); may be repeated
  --subject NAME     only subjects whose name has NAME in it; may be repeated
  --rounds N         rounds of each scenario (5)
  --seconds N        length of a round (4)
  --connections N    connections of the load generator (8)
  --statements       also print which SQL statements ran
A run of a part (--scenario, --subject) prints and writes nothing.`;

/** @throws {TypeError} for an option that does not exist */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      soak: { type: 'boolean', default: false },
      portal: { type: 'boolean', default: false },
      stops: { type: 'boolean', default: false },
      minutes: { type: 'string' },
      statements: { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true, default: [] },
      subject: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string' },
    },
  });
  const number = (value: string | undefined, usual: number) => {
    const parsed = value === undefined ? usual : Number(value);
    if (!(parsed > 0)) throw new TypeError(`${value} is not a number above 0`);
    return parsed;
  };
  const { scenario, subject, ...rest } = values;
  return {
    ...rest,
    scenarios: scenario,
    subjects: subject,
    minutes: number(values.minutes, 10),
    rounds: number(values.rounds, values.quick ? 1 : 5),
    seconds: number(values.seconds, values.quick ? 0.2 : 4),
    connections: number(values.connections, values.quick ? 4 : 8),
  };
}

/** Whether a name was chosen; with no choice, all are. */
export function wants(parts: readonly string[], name: string): boolean {
  return parts.length === 0 || parts.some((part) => name.includes(part));
}
