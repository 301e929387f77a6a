import { type RawBuilder, sql } from 'kysely';
import { isNamedOrHasId } from '../apis/identifiers.ts';
import { matching } from '../db/pages.ts';
import type { arrange, Order } from '../db/sorting.ts';

/**
 * Conditions on a row of `subscriptions` of which one must hold. PostgreSQL finds the rows of each by an index; those of an `or`
 * that is about two tables it finds only by reading all.
 */
export type Alternatives = readonly RawBuilder<boolean>[];

/** What names of the other sides a list is sorted by; they stand in tables of their own. */
export type NamedSort = 'app' | 'api';

/** The names as a query has them that joins `clients` and `apis`. */
export const NAMES = {
  app: { of: sql`lower(clients.name)`, type: 'text' },
  api: { of: sql`lower(apis.name)`, type: 'text' },
} as const satisfies Order<NamedSort>['keys'];

/** The parts of a query that `arrange` makes of an order of subscriptions. */
export type Arranged = Pick<ReturnType<typeof arrange>, 'beyond' | 'orderBy' | 'limit'>;

export interface PageOfSubscriptions {
  readonly oneOf: readonly Alternatives[];
  readonly all: readonly RawBuilder<boolean>[];
  /** What it is sorted by. */
  readonly key: string;
  readonly arranged: Arranged;
}

/**
 * The condition for a subscription to be on a page: the first rows that each combination of alternatives has. Of those the query
 * takes the first ones again. Names are looked up for these alone, unless they are what is sorted by.
 */
export function isOnPage({ oneOf, all, key, arranged }: PageOfSubscriptions): RawBuilder<boolean> {
  const { beyond, orderBy, limit } = arranged;
  const parts = combine(oneOf).map((conditions) => {
    const where = sql.join([...conditions, ...all, beyond], sql` and `);
    return sql`(select subscriptions.id from subscriptions ${joinFor(key)} where ${where} order by ${orderBy} limit ${limit})`;
  });
  return sql`subscriptions.id in (select id from (${sql.join(parts, sql` union `)}) as found)`;
}

function joinFor(key: string): RawBuilder<unknown> {
  if (key === 'app') return sql`join clients on clients.id = subscriptions.client_id`;
  return key === 'api' ? sql`join apis on apis.id = subscriptions.api_id` : sql``;
}

const combine = (oneOf: readonly Alternatives[]): RawBuilder<boolean>[][] =>
  oneOf.reduce<RawBuilder<boolean>[][]>(
    (combinations, alternatives) => combinations.flatMap((before) => alternatives.map((one) => [...before, one])),
    [[]],
  );

/** That the app, or the API, is of one of these teams. */
export function isOfTeam(side: 'app' | 'api', teams: 'all' | readonly string[]): RawBuilder<boolean> {
  if (teams === 'all') return sql`true`;
  if (teams.length === 0) return sql`false`;
  const { column, table } = SIDES[side];
  return sql`${column} in (select id from ${table} where team_id in (${sql.join(teams)}))`;
}

/** That the name or the id of the app, or those of the API, have the text in them. */
export function isCalled(search: string | undefined): Alternatives {
  if (!search) return [sql`true`];
  return [
    sql`subscriptions.client_id in (select id from clients where ${matching(search, 'name', 'id')})`,
    sql`subscriptions.api_id in (select id from apis where ${matching(search, 'name', 'identifier')})`,
  ];
}

/** That it is of the API with this id or identifier. */
export const isOfApi = (api: string): RawBuilder<boolean> =>
  sql`subscriptions.api_id = (select id from apis where ${isNamedOrHasId(api)} limit 1)`;

const SIDES = {
  app: { column: sql.ref('subscriptions.client_id'), table: sql.table('clients') },
  api: { column: sql.ref('subscriptions.api_id'), table: sql.table('apis') },
};
