import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { Api } from '../db/catalogue-tables.ts';
import type { Db } from '../db/connection.ts';

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
  const subscriptions = await findLiveSubscriptions(db, clientId);
  const offered = await findOfferedApis(
    db,
    subscriptions.map(({ api_id }) => api_id),
  );
  return toAppApis(subscriptions, offered);
}

/** The API with this identifier as the app may use it; undefined without a subscription. */
export async function findAppApi(db: Db, clientId: string, identifier: string): Promise<AppApi | undefined> {
  return (await findAppApis(db, clientId)).find(({ api }) => api.identifier === identifier);
}

/** What gives access now: the subscription is live, and neither the API nor the team that has it is suspended. */
function findLiveSubscriptions(db: Db, clientId: string): Promise<LiveSubscription[]> {
  return db
    .selectFrom('subscriptions')
    .innerJoin('apis', 'apis.id', 'subscriptions.api_id')
    .leftJoin('teams', 'teams.id', 'apis.team_id')
    .select(['subscriptions.api_id', 'subscriptions.scopes'])
    .where('subscriptions.client_id', '=', clientId)
    .where('subscriptions.state', '=', 'active')
    .where('apis.suspended_at', 'is', null)
    .where('teams.suspended_at', 'is', null)
    .orderBy('apis.identifier')
    .execute();
}

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
          .whereRef('api_scopes.api_id', '=', 'apis.id')
          .orderBy('api_scopes.name'),
      ).as('scopes'),
    )
    .where('apis.id', 'in', [...ids])
    .execute();
  return rows.map(({ scopes, ...api }) => ({
    api,
    offered: scopes.map(({ name }) => name),
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
