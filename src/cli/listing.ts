import { type Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import type { Listing } from '../db/pages.ts';
import { MOST_PER_PAGE } from '../db/pages.ts';
import { type CommandLine, withJson } from './command-line.ts';

export interface ListOptions {
  readonly limit?: number;
  readonly all?: boolean;
  readonly search?: string;
  readonly json?: boolean;
}

const DEFAULT_LIMIT = 100;

/** The options of a list that may be long. */
export function withList(command: Command): Command {
  return withJson(command)
    .option('--limit <n>', `how many to list at most (default: ${DEFAULT_LIMIT})`, atLeastOne)
    .option('--all', 'list all of them, however many there are');
}

/** The same for a list that can be searched. */
export function withSearch(command: Command): Command {
  return withList(command).option('--search <text>', 'only those with this text in their names or addresses');
}

/** A query of a list that can be sorted. */
type Sortable = z.ZodObject<{ sort: z.ZodOptional<z.ZodEnum> }>;

/** What somebody says of such a list. */
export type SortedList<Query extends Sortable> = ListOptions & Pick<z.input<Query>, 'sort'>;

/** The same for a list that can be sorted; `usual` is how it is when nobody says so. */
export function withSort({ shape }: Sortable, usual: string, command: Command): Command {
  const sorts = shape.sort.unwrap().options.map(String);
  const option = new Option('--sort <by>', `what to sort by; a minus puts the highest first (default: ${usual})`);
  return withSearch(command).addOption(option.choices(sorts));
}

/** Reads page by page until there is enough. Says on stderr when there is more than was asked for. */
export async function collectRows<Row>(
  line: CommandLine,
  { limit = DEFAULT_LIMIT, all = false }: ListOptions,
  readPage: (page: { limit: number; cursor: string | undefined }) => Promise<Listing<Row>>,
): Promise<Row[]> {
  const most = all ? Number.POSITIVE_INFINITY : limit;
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const page = await readPage({ limit: Math.min(MOST_PER_PAGE, most - rows.length), cursor });
    rows.push(...page.rows);
    cursor = page.next;
  } while (cursor && rows.length < most);
  if (cursor) line.io.stderr(`These are the first ${rows.length}. --all lists all of them.\n`);
  return rows;
}

function atLeastOne(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(value);
}
