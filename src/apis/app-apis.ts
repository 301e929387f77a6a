import { CompiledQuery } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';

/** An API as the policy looks at it, whichever app asks. */
export interface OfferedApi {
  readonly api: Api;
  readonly offered: readonly string[];
  /** Of these, the ones that a person needs a role for. */
  readonly needsRole: readonly string[];
}

/** One API as one app may use it. */
export interface AppApi extends OfferedApi {
  readonly subscribed: readonly string[];
}

/** The scopes that an app may have of an API. */
export interface LiveSubscription {
  readonly api_id: string;
  readonly scopes: string[];
}

/** Every API that an app may use now, by identifier. */
export async function findAppApis(db: Db, clientId: string): Promise<AppApi[]> {
  const query = CompiledQuery.raw(liveSubscriptionsOf('$1'), [clientId]);
  const { rows: subscriptions } = await db.executeQuery<LiveSubscription>(query);
  const offered = await findOfferedApis(
    db,
    subscriptions.map(({ api_id }) => api_id),
  );
  return toAppApis(subscriptions, offered);
}

/**
 * What gives an app access now, as SQL, by identifier of the API: the subscription is live, and neither the API nor the team
 * that has it is suspended. `client` is how the statement calls the app's id.
 */
export const liveSubscriptionsOf = (client: string) => `
  select subscriptions.api_id, subscriptions.scopes from subscriptions
  join apis on apis.id = subscriptions.api_id
  left join teams owners on owners.id = apis.team_id
  where subscriptions.client_id = ${client} and subscriptions.state = 'active'
    and apis.suspended_at is null and owners.suspended_at is null
  order by apis.identifier`;

/** The APIs with these ids, in one statement. */
export async function findOfferedApis(db: Db, ids: readonly string[]): Promise<OfferedApi[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('apis')
    .selectAll('apis')
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('api_scopes')
          .select(['api_scopes.name', 'api_scopes.needs_role'])
          .whereRef('api_scopes.api_id', '=', 'apis.id'),
      ).as('scopes'),
    )
    .where('apis.id', 'in', [...ids])
    .execute();
  return rows.map(({ scopes, ...api }) => ({
    api,
    offered: scopes.map(({ name }) => name).sort(),
    needsRole: scopes.filter(({ needs_role }) => needs_role).map(({ name }) => name),
  }));
}

/** In the order of the subscriptions. An API that is gone meanwhile is left out. */
export function toAppApis(subscriptions: readonly LiveSubscription[], offered: Iterable<OfferedApi>): AppApi[] {
  const byId = new Map([...offered].map((one) => [one.api.id, one]));
  return subscriptions.flatMap(({ api_id: id, scopes }) => {
    const one = byId.get(id);
    return one ? [{ ...one, subscribed: scopes }] : [];
  });
}
