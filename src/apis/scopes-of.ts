import type { Db } from '../db/connections/connection.ts';
import type { ApiScope } from '../db/tables/catalogue.ts';

/** The scopes of several APIs by name, in one statement. */
export async function findScopesOf(db: Db, apiIds: readonly string[]): Promise<Map<string, ApiScope[]>> {
  const scopes = new Map<string, ApiScope[]>(apiIds.map((id) => [id, []]));
  if (apiIds.length === 0) return scopes;
  const rows = await db
    .selectFrom('api_scopes')
    .selectAll()
    .where('api_id', 'in', [...apiIds])
    .orderBy('name')
    .execute();
  for (const row of rows) scopes.get(row.api_id)?.push(row);
  return scopes;
}
