import { type RawBuilder, sql } from 'kysely';
import { isNamedOrHasId } from '../apis/identifiers.ts';
import { matching } from '../db/pages.ts';

/**
 * Conditions on a row of `subscriptions` of which one must hold. PostgreSQL finds the rows of each by an index; those of an `or`
 * that is about two tables it finds only by reading all.
 */
export type Alternatives = readonly RawBuilder<boolean>[];

export interface PageOfSubscriptions {
  readonly oneOf: readonly Alternatives[];
  readonly all: readonly RawBuilder<boolean>[];
  readonly by: 'created_at' | 'pending_at' | 'decided_at';
  readonly order: 'newest' | 'oldest';
  readonly most: number;
}

/**
 * The condition for a subscription to be on a page: the first rows that each combination of alternatives has, and of those the
 * first ones again. Names are looked up for these alone.
 */
export function isOnPage({ oneOf, all, by, order, most }: PageOfSubscriptions): RawBuilder<boolean> {
  const direction = order === 'newest' ? sql`desc` : sql`asc`;
  const first = sql`order by ${sql.ref(by)} ${direction}, id ${direction} limit ${most}`;
  const parts = combine(oneOf).map((conditions) => {
    const where = sql.join([sql`true`, ...conditions, ...all], sql` and `);
    return sql`(select id, ${sql.ref(by)} from subscriptions where ${where} ${first})`;
  });
  return sql`subscriptions.id in (select id from (${sql.join(parts, sql` union `)}) as found ${first})`;
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
