import { sql } from 'kysely';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';
import { revoke } from '../revocation/revoke.ts';

/** More apps than this, and all tokens of the API are revoked instead: one entry in the feed in place of many. */
const MOST_SINGLE = 50;

/** Ends every token for an API, in the caller's transaction, and has all processes read their catalogues anew. */
export async function endTokensOfApi(db: Db, api: Pick<Api, 'identifier'>, reason: string, now: Date): Promise<void> {
  await revoke(db, { kind: 'api', value: api.identifier, reason });
  await announceVersioned(db, CLIENT_CACHE_TOPIC, now);
}

/** The same for the tokens of some of its apps. */
export async function endTokensOfApps(
  db: Db,
  api: Pick<Api, 'identifier'>,
  { clientIds, reason }: { clientIds: readonly string[]; reason: string },
  now: Date,
): Promise<void> {
  if (clientIds.length > MOST_SINGLE) return endTokensOfApi(db, api, reason, now);
  for (const clientId of clientIds) {
    await revoke(db, { kind: 'subscription', value: `${clientId} ${api.identifier}`, reason });
  }
  await announceVersioned(db, CLIENT_CACHE_TOPIC, now);
}

/** The apps whose live access has one of these scopes. */
export async function findAppsWithScopes(db: Db, apiId: string, scopes: readonly string[]): Promise<string[]> {
  if (scopes.length === 0) return [];
  const rows = await db
    .selectFrom('subscriptions')
    .select('client_id')
    .where('api_id', '=', apiId)
    .where('state', '=', 'active')
    .where(sql<boolean>`scopes && ${[...scopes]}::text[]`)
    .execute();
  return rows.map((row) => row.client_id);
}

/** Ends the tokens of every app that may have one of these scopes, which need a role of a person now. */
export async function endTokensWith(db: Db, api: Api, scopes: readonly string[], now: Date): Promise<void> {
  const clientIds = await findAppsWithScopes(db, api.id, scopes);
  await endTokensOfApps(db, api, { clientIds, reason: `people need a role for ${scopes.join(' ')} now` }, now);
}

/**
 * Takes scopes that an API no longer has out of every subscription, open request and role, so that they are not there
 * again when the API gets a scope of the same name. A subscription without scopes ends, unless it is suspended:
 * otherwise the app could ask again, and so get rid of the suspension.
 */
export async function dropScopes(db: Db, api: Api, removed: readonly string[], now: Date): Promise<void> {
  const clientIds = await findAppsWithScopes(db, api.id, removed);
  const gone = sql`${[...removed]}::text[]`;
  const without = (column: string) =>
    sql<string[]>`array(select scope from unnest(${sql.ref(column)}) scope where scope <> all (${gone}))`;
  const pending = sql<string[] | null>`nullif(${without('pending_scopes')}, '{}')`;
  await db
    .updateTable('subscriptions')
    .set((eb) => ({
      scopes: without('scopes'),
      pending_scopes: pending,
      state: sql`case
        when state not in ('pending', 'active') or ${without('scopes')} <> '{}' then state
        when ${pending} is not null then 'pending'
        else 'cancelled' end`,
      version: eb('version', '+', 1),
    }))
    .where('api_id', '=', api.id)
    .where(sql<boolean>`(scopes && ${gone} or pending_scopes && ${gone})`)
    .execute();
  await db
    .updateTable('roles')
    .set((eb) => ({ scopes: without('scopes'), version: eb('version', '+', 1) }))
    .where('api_id', '=', api.id)
    .where(sql<boolean>`scopes && ${gone}`)
    .execute();
  const reason = `the API no longer has ${removed.join(' ')}`;
  await endTokensOfApps(db, api, { clientIds, reason }, now);
}
