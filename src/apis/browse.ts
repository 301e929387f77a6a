import { sql } from 'kysely';
import { z } from 'zod';
import { type By, judgeAccess } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { beyond, type Listing, matching, PageQuery, toListing } from '../db/pages.ts';
import type { Api, ApiScope } from '../db/tables/catalogue.ts';
import { AppError } from '../errors.ts';
import { findSigningNow, type SigningNow } from '../keys/signing-now.ts';
import { findScopesOf } from './apis.ts';
import { isNamedOrHasId } from './identifiers.ts';
import { isInCatalogue } from './visibility.ts';

export const ApiQuery = PageQuery.extend({
  /** Only APIs of the caller's own teams. */
  mine: z.boolean().default(false),
  team: z.string().max(100).optional(),
});

/** An API in a list. */
export interface ListedApi extends Api {
  readonly teamName: string | null;
  readonly scopeCount: number;
  /** How many of its scopes wait for the owner's approval. */
  readonly approvalCount: number;
}

/** A page of the catalogue as the caller sees it, newest first. @throws {ZodError} @throws {AppError} invalid_request, forbidden */
export async function browseApis(db: Db, query: z.input<typeof ApiQuery>, by: By): Promise<Listing<ListedApi>> {
  const { limit, cursor, search, mine, team } = ApiQuery.parse(query);
  const own = [...(by.access?.teams.keys() ?? [])];
  const scopesWhere = (condition: string) =>
    sql<number>`(select count(*) from api_scopes where api_id = apis.id and ${sql.raw(condition)})`;
  let rows = db
    .selectFrom('apis')
    .leftJoin('teams', 'teams.id', 'apis.team_id')
    .selectAll('apis')
    .select([
      'teams.name as teamName',
      scopesWhere('true').as('scopeCount'),
      scopesWhere('needs_approval').as('approvalCount'),
    ])
    .where(isInCatalogue(by))
    .where(beyond(cursor, { at: 'apis.created_at', id: 'apis.id' }))
    .where(matching(search, 'apis.name', 'apis.identifier', 'apis.description', 'teams.name'))
    .orderBy('apis.created_at', 'desc')
    .orderBy('apis.id', 'desc')
    .limit(limit + 1);
  if (mine) rows = rows.where('apis.team_id', 'in', own.length > 0 ? own : ['']);
  if (team !== undefined) rows = rows.where('apis.team_id', '=', team);
  return toListing(await rows.execute(), limit, ({ created_at, id }) => ({ at: created_at, id }));
}

export interface CatalogueApi {
  readonly api: Api;
  /** How its tokens are signed at this moment. */
  readonly signing: SigningNow;
  readonly scopes: readonly ApiScope[];
  readonly teamName: string | null;
  readonly teamSuspended: boolean;
  /** Whether the caller belongs to those who have it, and sees who uses it. */
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
  readonly mayDecide: boolean;
  /** For those who have it: the teams that it is shown to, beside its own. */
  readonly visibleTeams: readonly { readonly id: string; readonly name: string }[];
}

/** An API of the caller's catalogue by its id or its identifier. @throws {AppError} not_found, forbidden */
export async function findCatalogueApi(db: Db, name: string, by: By): Promise<CatalogueApi> {
  const row = await db
    .selectFrom('apis')
    .leftJoin('teams', 'teams.id', 'apis.team_id')
    .selectAll('apis')
    .select(['teams.name as teamName', 'teams.suspended_at as teamSuspendedAt'])
    .where(isNamedOrHasId(name))
    .where(isInCatalogue(by))
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', { detail: `There is no API ${name}.` });
  const { teamName, teamSuspendedAt, ...api } = row;
  const may = (action: 'api.read' | 'api.write' | 'subscription.decide') =>
    judgeAccess(by, action, api.team_id) === 'allowed';
  const mayRead = may('api.read');
  const algorithms = { alg: api.signing_alg, before: api.signing_alg_before };
  return {
    signing: await findSigningNow(db, algorithms, by.now),
    api,
    teamName,
    teamSuspended: teamSuspendedAt !== null,
    mayRead,
    mayWrite: may('api.write'),
    mayDecide: may('subscription.decide'),
    scopes: (await findScopesOf(db, [api.id])).get(api.id) ?? [],
    visibleTeams: mayRead ? await findVisibleTeams(db, api.id) : [],
  };
}

function findVisibleTeams(db: Db, apiId: string) {
  return db
    .selectFrom('api_visible_teams')
    .innerJoin('teams', 'teams.id', 'api_visible_teams.team_id')
    .select(['teams.id', 'teams.name'])
    .where('api_visible_teams.api_id', '=', apiId)
    .orderBy('teams.name_key')
    .execute();
}
