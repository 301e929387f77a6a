import { sql } from 'kysely';
import { type By, judgeAccess } from '../access.ts';
import { isNamed } from '../apis/identifiers.ts';
import { isInCatalogue } from '../apis/visibility.ts';
import type { Db } from '../db/connections/connection.ts';
import type { SubscriptionState } from '../db/tables/catalogue.ts';

/** The app that a token was issued to, and an API that it may be for, as far as someone may see them. */
export interface TokenParties {
  /** undefined: unknown, or of a team that the person is not in. */
  readonly app: { readonly id: string; readonly name: string; readonly stopped: boolean } | undefined;
  /** undefined: unknown, or not in the person's catalogue. */
  readonly api:
    | {
        readonly id: string;
        readonly identifier: string;
        readonly name: string;
        readonly suspended: boolean;
        readonly scopes: readonly string[];
      }
    | undefined;
  /** What the app may have of the API; `none` without a subscription, undefined for those who see neither side of it. */
  readonly subscription: { readonly state: SubscriptionState; readonly scopes: readonly string[] } | 'none' | undefined;
}

/** Who a token is from and for, with nothing in it that the caller may not see. */
export async function findTokenParties(
  db: Db,
  { clientId, apiIdentifier }: { clientId: string; apiIdentifier: string },
  by: By,
): Promise<TokenParties> {
  const [client, api] = await Promise.all([findApp(db, clientId), findOffered(db, apiIdentifier, by)]);
  const sees = (action: 'app.read' | 'api.read', team: string | null) => judgeAccess(by, action, team) === 'allowed';
  const app = client && sees('app.read', client.team_id) ? client : undefined;
  const subscription =
    client && api && (app || sees('api.read', api.team_id))
      ? ((await findSubscribed(db, client.id, api.id)) ?? 'none')
      : undefined;
  return {
    app: app && { id: app.id, name: app.name, stopped: app.stopped },
    api: api && {
      id: api.id,
      identifier: api.identifier,
      name: api.name,
      suspended: api.suspended,
      scopes: api.scopes,
    },
    subscription,
  };
}

function findApp(db: Db, clientId: string) {
  return db
    .selectFrom('clients')
    .leftJoin('teams', 'teams.id', 'clients.team_id')
    .select(['clients.id', 'clients.name', 'clients.team_id'])
    .select(sql<boolean>`clients.disabled_at is not null or teams.suspended_at is not null`.as('stopped'))
    .where('clients.id', '=', clientId)
    .executeTakeFirst();
}

function findOffered(db: Db, identifier: string, by: By) {
  return db
    .selectFrom('apis')
    .leftJoin('teams', 'teams.id', 'apis.team_id')
    .select(['apis.id', 'apis.identifier', 'apis.name', 'apis.team_id'])
    .select(sql<boolean>`apis.suspended_at is not null or teams.suspended_at is not null`.as('suspended'))
    .select(sql<string[]>`array(select name from api_scopes where api_id = apis.id order by name)`.as('scopes'))
    .where(isNamed(identifier))
    .where(isInCatalogue(by))
    .executeTakeFirst();
}

function findSubscribed(db: Db, clientId: string, apiId: string) {
  return db
    .selectFrom('subscriptions')
    .select(['state', 'scopes'])
    .where('client_id', '=', clientId)
    .where('api_id', '=', apiId)
    .executeTakeFirst();
}
