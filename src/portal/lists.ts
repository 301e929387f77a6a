import type { Context } from 'koa';
import type { z } from 'zod';
import type { Listing } from '../db/pages.ts';
import { isFalling, keyOf, MOST_COUNTED } from '../db/sorting.ts';
import { t } from '../texts/texts.ts';
import type { Option } from '../views/models/apps.ts';
import type { ListView } from '../views/models/lists.ts';
import { inNumber } from './moments.ts';

const PER_PAGE = 50;

/** A field of a form that is left empty asks for nothing; what comes twice does neither. */
function askedOf(ctx: Context): Record<string, string> {
  const given = Object.entries(ctx.query);
  return Object.fromEntries(
    given.flatMap(([name, value]) => (typeof value === 'string' && value.trim() !== '' ? [[name, value]] : [])),
  );
}

/** What of a list was asked for in the address: `search`, `cursor`. @see db/pages.ts */
export function listRequest(ctx: Context): { limit: number; search?: string; cursor?: string } {
  const { search, cursor } = askedOf(ctx);
  return { limit: PER_PAGE, ...(search ? { search } : {}), ...(cursor ? { cursor } : {}) };
}

/** The same with all that a list knows: how it is sorted, and what of it is chosen. @throws {ZodError} */
export function readList<Shape extends z.ZodRawShape>(ctx: Context, query: z.ZodObject<Shape>): z.output<typeof query> {
  const asked = Object.entries(askedOf(ctx)).filter(([name]) => name in query.shape && name !== 'limit');
  return query.parse({ ...Object.fromEntries(asked), limit: PER_PAGE });
}

/** How many of what there are, and that there are more than are counted. */
const NOUNS = {
  row: ['lists.rows', 'lists.moreRows'],
  account: ['lists.accounts', 'lists.moreAccounts'],
  mail: ['lists.mails', 'lists.moreMails'],
  event: ['lists.events', 'lists.moreEvents'],
  team: ['lists.teams', 'lists.moreTeams'],
  request: ['lists.requests', 'lists.moreRequests'],
  API: ['lists.apis', 'lists.moreApis'],
  app: ['lists.apps', 'lists.moreApps'],
  member: ['lists.members', 'lists.moreMembers'],
  group: ['lists.groups', 'lists.moreGroups'],
} as const;

type Noun = keyof typeof NOUNS;

/** How a list can be sorted and narrowed, in words. */
export interface ListWords {
  /** What was asked for. */
  readonly query?: Readonly<Record<string, unknown>>;
  /** How many rows there are, and what one is called. */
  readonly count?: number;
  readonly noun?: Noun;
  /** By what it can be sorted, each with the way it goes at first. */
  readonly sorts?: readonly { readonly sort: string; readonly label: string }[];
  /** Where it stands, if not at the address of the request: a form that was refused came to another one. */
  readonly path?: string;
  /** There is no head of a table to sort it by. */
  readonly isCards?: boolean;
  /** As it is sorted when nobody says so. */
  readonly usual?: string;
  readonly filters?: readonly Choice[];
  /** What stays in the address whatever is looked for. */
  readonly also?: Readonly<Record<string, string>> | undefined;
}

export interface Choice {
  readonly name: string;
  readonly label: string;
  /** What it is called when nothing is chosen. */
  readonly any: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** Whether people may sign in. */
export const stateOfPeople = (): Choice => ({
  name: 'state',
  label: t('lists.state'),
  any: t('lists.all'),
  options: [
    { value: 'active', label: t('lists.active') },
    { value: 'disabled', label: t('lists.disabled') },
  ],
});

/** What every list has; whatever else is asked for narrows it. */
const PLAIN: ReadonlySet<string> = new Set(['search', 'cursor', 'sort', 'limit']);

/** How a page of a list leads on. */
export function leadOn(ctx: Context, { next }: Pick<Listing<unknown>, 'next'>, words: ListWords = {}): ListView {
  const { query = {}, filters = [], sorts = [], usual = '', also = {}, path = ctx.path } = words;
  const asked = askedOf(ctx);
  const { search = '', cursor, sort = usual } = asked;
  const isChoice = (name: string) => name in query && !PLAIN.has(name) && !(name in also);
  const chosen = Object.fromEntries(Object.entries(asked).filter(([name]) => isChoice(name)));
  const now = { ...also, ...(search ? { search } : {}), ...chosen, ...(asked.sort && sorts.length ? { sort } : {}) };
  const to = (more: Record<string, string>) => {
    const query = new URLSearchParams({ ...now, ...more }).toString();
    return query ? `${path}?${query}` : path;
  };
  const shown = new Set(filters.map(({ name }) => name));
  const columns = sorts.map((one) => [keyOf(one.sort), presentColumn(one.sort, sort, to)]);
  return {
    search,
    next: next && to({ cursor: next }),
    first: cursor && to({}),
    ...(words.count === undefined ? {} : { count: inCount(words.count, words.noun ?? 'row') }),
    columns: Object.fromEntries(columns),
    isCards: words.isCards ?? false,
    filters: [
      ...filters.map((filter) => ({ ...filter, options: optionsOf(filter, asked[filter.name]) })),
      ...(sorts.length > 0
        ? [{ name: 'sort', label: t('lists.sortedBy'), options: sortOptions(sorts, sort, usual) }]
        : []),
    ],
    keep: { ...Object.fromEntries(Object.entries(chosen).filter(([name]) => !shown.has(name))), ...also },
    narrowed: search !== '' || cursor !== undefined || Object.keys(chosen).length > 0,
  };
}

const inCount = (count: number, noun: Noun) =>
  count > MOST_COUNTED ? t(NOUNS[noun][1], { most: inNumber(MOST_COUNTED) }) : t(NOUNS[noun][0], { count });

function presentColumn(first: string, sort: string, to: (more: Record<string, string>) => string) {
  if (keyOf(first) !== keyOf(sort)) return { href: to({ sort: first }) };
  const other = isFalling(sort) ? keyOf(sort) : `-${sort}`;
  return { href: to({ sort: other }), sorted: isFalling(sort) ? ('descending' as const) : ('ascending' as const) };
}

function optionsOf({ any, options }: Choice, chosen: string | undefined): Option[] {
  return [{ value: '', label: any }, ...options].map((option) => ({
    ...option,
    chosen: option.value === (chosen ?? ''),
  }));
}

/** On a phone a list has no head to sort it by. */
function sortOptions(sorts: NonNullable<ListWords['sorts']>, sort: string, usual: string): Option[] {
  const isOffered = sorts.some((one) => one.sort === sort);
  return sorts.map((one) => {
    const chosen = isOffered ? one.sort === sort : keyOf(one.sort) === keyOf(sort);
    const value = chosen ? sort : one.sort;
    return { value: value === usual ? '' : value, label: one.label, chosen };
  });
}
