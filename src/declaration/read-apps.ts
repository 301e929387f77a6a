import { ADMIN_API } from '../apis/admin-api.ts';
import { shownKeys } from '../clients/keys/public-keys.ts';
import { PORTAL_CLIENT } from '../clients/own/portal-client-id.ts';
import { PURPOSES } from '../clients/purposes.ts';
import { presentSettings } from '../clients/settings/settings.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Client } from '../db/tables/catalogue.ts';
import { type Ids, pair } from './ids.ts';
import { groupedBy, sortedBy } from './order.ts';
import { ADMIN_API_NAME, type DeclaredApp } from './schema.ts';

type Row = Client & { teamName: string | null; defaultApi: string | null };

/** Every app but the portal, with what it may use; never a secret, nor a hash of one. */
export async function readApps(db: Db, ids: Ids): Promise<DeclaredApp[]> {
  const rows = await db
    .selectFrom('clients')
    .leftJoin('teams', 'teams.id', 'clients.team_id')
    .leftJoin('apis', 'apis.id', 'clients.default_api_id')
    .selectAll('clients')
    .select(['teams.name as teamName', 'apis.identifier as defaultApi'])
    .where('clients.id', '!=', PORTAL_CLIENT)
    .execute();
  const subscriptionsOf = groupedBy(await readSubscriptions(db), (row) => row.client_id);
  return sortedBy(rows, (app) => app.id).map((app) => {
    const subscriptions = sortedBy(subscriptionsOf(app.id), (row) => row.api);
    for (const { api, id } of subscriptions) ids.subscriptions.set(pair(app.id, api), id);
    return {
      ...describe(app),
      subscriptions: subscriptions.map(({ api, scopes, state, note }) => ({
        api,
        scopes: [...scopes].sort(),
        ...(state === 'suspended' && { suspended: note || 'suspended' }),
      })),
      ...(app.disabled_at && { disabled: app.disabled_reason || 'disabled' }),
    };
  });
}

function describe(app: Row) {
  const { isPublic } = PURPOSES[app.type];
  return {
    id: app.id,
    name: app.name,
    type: app.type,
    ...(app.teamName === null ? {} : { team: app.teamName }),
    // A public app does not authenticate, whatever a file says.
    auth_method: isPublic || app.auth_method === 'none' ? ('client_secret_basic' as const) : app.auth_method,
    ...(app.jwks && { jwks: shownKeys(app.jwks) ?? undefined }),
    ...(app.jwks_uri === null ? {} : { jwks_uri: app.jwks_uri }),
    ...(app.defaultApi === null
      ? {}
      : { default_api: app.default_api_id === ADMIN_API ? ADMIN_API_NAME : app.defaultApi }),
    ...presentSettings(app),
  };
}

/** What is live, and what is stopped for a while. Requests that wait are nobody's configuration. */
async function readSubscriptions(db: Db) {
  const rows = await db
    .selectFrom('subscriptions')
    .innerJoin('apis', 'apis.id', 'subscriptions.api_id')
    .selectAll('subscriptions')
    .select('apis.identifier')
    .where('subscriptions.state', 'in', ['active', 'suspended'])
    .execute();
  return rows.map((row) => ({ ...row, api: row.api_id === ADMIN_API ? ADMIN_API_NAME : row.identifier }));
}
