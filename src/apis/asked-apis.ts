import { CompiledQuery } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import { PREPARED } from '../db/connections/session-client.ts';
import type { Api } from '../db/tables/catalogue.ts';
import { type AppApi, liveSubscriptionsOf } from './app-apis.ts';

/** An API that a person is asked about, as the app may use it, in the words of its owner. */
export interface AskedApi extends AppApi {
  /** The team that has it; null for the operator's. */
  readonly teamName: string | null;
  /** By scope; one that its owner has left without words is empty. */
  readonly descriptions: ReadonlyMap<string, string>;
}

export interface AskedApiRow extends Api {
  subscribed: string[];
  team_name: string | null;
  described: { name: string; needs_role: boolean; description: string }[];
}

/** The app is the first parameter, the identifiers are the second. */
export const ASKED_APIS = `
  select apis.*, live.scopes as subscribed, teams.name as team_name,
    (select coalesce(json_agg(row_to_json(one) order by one.position, one.name), '[]')
      from (select name, needs_role, description, position from api_scopes where api_id = apis.id) one) as described
  from apis
  join (${liveSubscriptionsOf('$1')}) live on live.api_id = apis.id
  left join teams on teams.id = apis.team_id
  where apis.identifier = any($2::text[])
  order by apis.identifier`;
const QUERY = `${PREPARED} ${ASKED_APIS}`;

/** Those of the APIs with these identifiers that the app may use now, in one statement. */
export async function findAskedApis(db: Db, clientId: string, identifiers: readonly string[]): Promise<AskedApi[]> {
  if (identifiers.length === 0) return [];
  const { rows } = await db.executeQuery<AskedApiRow>(CompiledQuery.raw(QUERY, [clientId, identifiers]));
  return rows.map(toAskedApi);
}

export function toAskedApi({ subscribed, team_name: teamName, described, ...api }: AskedApiRow): AskedApi {
  return {
    api,
    subscribed,
    teamName,
    offered: described.map(({ name }) => name).sort(),
    needsRole: described.filter(({ needs_role }) => needs_role).map(({ name }) => name),
    descriptions: new Map(described.map(({ name, description }) => [name, description])),
  };
}
