import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { type By, visibleTeams } from '../../access.ts';
import type { Db } from '../../db/connections/connection.ts';
import { type Listing, matching, PageQuery } from '../../db/pages.ts';
import { arrange, countRows, type Order, sortsOf } from '../../db/sorting.ts';
import type { Api } from '../../db/tables/catalogue.ts';
import { isInCatalogue } from '../visibility.ts';

export const ApiQuery = PageQuery.extend({
  /** Only APIs of the caller's own teams. */
  mine: z.coerce.boolean().default(false),
  team: z.string().max(100).optional(),
  state: z.enum(['active', 'suspended']).optional(),
  sort: z.enum(sortsOf('created', 'name', 'subscribers', 'used')).optional(),
});

/** An API in a list. */
export interface ListedApi extends Api {
  readonly teamName: string | null;
  readonly scopeCount: number;
  /** How many of its scopes wait for the owner's approval. */
  readonly approvalCount: number;
  /** How many apps may use it now, and when one did, to the hour. null: for its owners alone, or never. */
  readonly subscribers: number | null;
  readonly lastUsedAt: Date | null;
}

/**
 * A page of the catalogue as the caller sees it, newest first.
 * @throws {ZodError} @throws {AppError} invalid_request, forbidden
 */
export async function browseApis(db: Db, input: z.input<typeof ApiQuery>, by: By): Promise<Listing<ListedApi>> {
  const query = ApiQuery.parse(input);
  const uses = usesFor(by);
  const { place, beyond, orderBy, limit, toListing } = arrange(orderFor(uses), query);
  const scopesWhere = (condition: string) =>
    sql<number>`(select count(*) from api_scopes where api_id = apis.id and ${sql.raw(condition)})`;
  const rows = await catalogue(db, query, by)
    .selectAll('apis')
    .select([
      'teams.name as teamName',
      scopesWhere('true').as('scopeCount'),
      scopesWhere('needs_approval').as('approvalCount'),
      uses.subscribers.as('subscribers'),
      uses.lastUsed.as('lastUsedAt'),
      place,
    ])
    .where(beyond)
    .orderBy(orderBy)
    .limit(limit)
    .execute();
  return toListing(rows);
}

/** How many there are in all. @throws {ZodError} @throws {AppError} forbidden */
export async function countApis(db: Db, input: z.input<typeof ApiQuery>, by: By): Promise<number> {
  return await countRows(db, catalogue(db, ApiQuery.parse(input), by));
}

function catalogue(db: Db, { search, mine, team, state }: z.output<typeof ApiQuery>, by: By) {
  const own = [...(by.access?.teams.keys() ?? [])];
  let query = db
    .selectFrom('apis')
    .leftJoin('teams', 'teams.id', 'apis.team_id')
    .where(isInCatalogue(by))
    .where(matching(search, 'apis.name', 'apis.identifier', 'apis.description', 'teams.name'));
  if (mine) query = query.where('apis.team_id', 'in', own.length > 0 ? own : ['']);
  if (team !== undefined) query = query.where('apis.team_id', '=', team);
  if (state) query = query.where('apis.suspended_at', state === 'suspended' ? 'is not' : 'is', null);
  return query;
}

interface Uses {
  readonly subscribers: RawBuilder<number | null>;
  readonly lastUsed: RawBuilder<Date | null>;
}

/** Who finds an API in the catalogue and does not have it learns nothing of who uses it, not by its place either. */
function usesFor(by: By): Uses {
  const teams = visibleTeams(by, 'api.read');
  const isOwn =
    teams === 'all' ? sql`true` : teams.length === 0 ? sql`false` : sql`apis.team_id in (${sql.join(teams)})`;
  return {
    subscribers: sql`case when ${isOwn} then (select count(*) from subscriptions used
      where used.api_id = apis.id and used.state = 'active') end`,
    lastUsed: sql`case when ${isOwn} then apis.last_used_hour end`,
  };
}

const orderFor = ({ subscribers, lastUsed }: Uses): Order<'created' | 'name' | 'subscribers' | 'used'> => ({
  keys: {
    created: { of: sql.ref('apis.created_at'), type: 'time' },
    name: { of: sql`lower(apis.name)`, type: 'text' },
    subscribers: { of: subscribers, type: 'number', nullable: true },
    used: { of: lastUsed, type: 'time', nullable: true },
  },
  id: sql.ref('apis.id'),
  usual: '-created',
});
