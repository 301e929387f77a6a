import { sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { z } from 'zod';
import type { By } from '../access.ts';
import { ADMIN_API } from '../apis/admin-api.ts';
import { isInCatalogue } from '../apis/visibility.ts';
import type { Db } from '../db/connections/connection.ts';
import { matching } from '../db/pages.ts';

/** How many are offered at once. Whoever looks for another one types a part of its name. */
const MOST = 6;

/** How many an app asks for at once. */
export const MOST_AT_ONCE = 10;

const OfferQuery = z.object({
  search: z.string().trim().max(100).default(''),
  /** Ids of those that stay among them, whatever is searched for. */
  chosen: z.array(z.string().max(100)).max(MOST_AT_ONCE).default([]),
});

/** An API that an app can ask for now, with all that it can ask for. */
export type OfferedForApp = Awaited<ReturnType<typeof findOffers>>['offers'][number];

/** APIs of the caller's catalogue that apps can ask for, by name; `more` when there are others like that. @throws {ZodError} */
export async function findOffers(db: Db, query: z.input<typeof OfferQuery>, by: By) {
  const { search, chosen } = OfferQuery.parse(query);
  const isChosen = sql<boolean>`apis.id = any(${[...chosen]}::text[])`;
  const rows = await db
    .selectFrom('apis')
    .leftJoin('teams', 'teams.id', 'apis.team_id')
    .select(['apis.id', 'apis.name', 'apis.identifier', 'teams.name as teamName'])
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('api_scopes')
          .select(['api_scopes.name', 'api_scopes.description', 'api_scopes.needs_approval', 'api_scopes.needs_role'])
          .whereRef('api_scopes.api_id', '=', 'apis.id')
          .orderBy('api_scopes.position')
          .orderBy('api_scopes.name'),
      ).as('scopes'),
    )
    .where('apis.id', '!=', ADMIN_API)
    .where('apis.suspended_at', 'is', null)
    .where('teams.suspended_at', 'is', null)
    .where(isInCatalogue(by))
    .where(sql<boolean>`exists (select 1 from api_scopes offered where offered.api_id = apis.id)`)
    .where(sql<boolean>`(${isChosen} or ${matching(search, 'apis.name', 'apis.identifier', 'teams.name')})`)
    .orderBy(isChosen, 'desc')
    .orderBy(sql`lower(apis.name)`)
    .orderBy('apis.id')
    .limit(MOST + chosen.length + 1)
    .execute();
  const most = MOST + chosen.length;
  return { offers: rows.slice(0, most), more: rows.length > most };
}
