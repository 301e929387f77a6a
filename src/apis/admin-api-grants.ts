import type { By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';
import { AppError } from '../errors.ts';
import { actionsOfScopes } from '../teams/token-scopes.ts';
import { ADMIN_API } from './admin-api.ts';

/**
 * An access token hands on no more of the admin API than it holds. Otherwise one that may approve subscriptions, or add
 * secrets to apps, would be as good as one that may do everything. @throws {AppError} forbidden
 */
export function requireHeld(by: By, api: Pick<Api, 'id'>, scopes: readonly string[]): void {
  const allows = by.access?.tokenAllows;
  if (!allows || api.id !== ADMIN_API) return;
  if ([...actionsOfScopes(scopes)].every((action) => allows.has(action))) return;
  const detail = 'The access token lacks scopes of the admin API that this would give to an app. Do it in the portal.';
  throw new AppError('forbidden', { detail });
}

/**
 * The same before an app gets other credentials: who has those may do what the app may do. An app looks after its own.
 * @throws {AppError} forbidden
 */
export async function requireHeldBy(db: Db, clientId: string, by: By): Promise<void> {
  if (!by.access?.tokenAllows || (by.actor.type === 'client' && by.actor.id === clientId)) return;
  const subscription = await db
    .selectFrom('subscriptions')
    .select('scopes')
    .where('client_id', '=', clientId)
    .where('api_id', '=', ADMIN_API)
    .where('state', 'in', ['active', 'suspended'])
    .executeTakeFirst();
  if (subscription) requireHeld(by, { id: ADMIN_API }, subscription.scopes);
}
