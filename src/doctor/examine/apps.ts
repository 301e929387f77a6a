import { PORTAL_CLIENT } from '../../clients/own/portal-client-id.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { AppState, SecretState } from '../snapshot.ts';

/** Every app but the portal, with the hour in which it was last used. */
export async function examineApps(db: Db): Promise<AppState[]> {
  const rows = await db
    .selectFrom('clients')
    .leftJoin(
      (eb) =>
        eb
          .selectFrom('usage_hours')
          .select(['client_id', (inner) => inner.fn.max('hour').as('last')])
          .groupBy('client_id')
          .as('used'),
      (join) => join.onRef('used.client_id', '=', 'clients.id'),
    )
    .select(['clients.id', 'name', 'type', 'auth_method', 'redirect_uris', 'pkce', 'created_at', 'disabled_at'])
    .select(['verified', 'first_party', 'team_id'])
    .select('used.last')
    .where('clients.id', '!=', PORTAL_CLIENT)
    .orderBy('clients.id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    type: row.type,
    authMethod: row.auth_method,
    redirectUris: row.redirect_uris,
    pkce: row.pkce,
    verified: row.verified,
    vouchedFor: row.verified || row.first_party || row.team_id === null,
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
    lastUsedAt: row.last,
  }));
}

/** Never a hash. */
export async function examineSecrets(db: Db): Promise<SecretState[]> {
  const rows = await db
    .selectFrom('client_secrets')
    .select(['id', 'name', 'client_id', 'created_at', 'expires_at', 'last_used_at'])
    .orderBy('client_id')
    .orderBy('created_at')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    appId: row.client_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  }));
}

/** Of APIs of teams and of teams the newest: each is compared with others. */
export async function examineNames(db: Db): Promise<{ id: string; name: string }[]> {
  const newest = (table: 'apis' | 'teams') =>
    db.selectFrom(table).select(['id', 'name']).orderBy('created_at', 'desc').orderBy('id').limit(1000);
  const [apis, teams] = [
    await newest('apis').where('team_id', 'is not', null).execute(),
    await newest('teams').execute(),
  ];
  return [...apis, ...teams];
}
