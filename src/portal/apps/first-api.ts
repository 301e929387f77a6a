import type { Context } from 'koa';
import { ADMIN_API } from '../../apis/admin-api.ts';
import { browseApis, findCatalogueApi } from '../../apis/browse.ts';
import { AppError } from '../../errors.ts';
import { requestSubscription } from '../../subscriptions/requests.ts';
import { findAccess } from '../../teams/members.ts';
import type { Option } from '../../views/models/apps.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';

/** How many are offered along with a new app; the catalogue has all of them. */
const MOST = 100;

/** The APIs that a new app can ask for at once, by name. */
export async function apiOptions({ db }: Area, ctx: Context, chosen: string): Promise<Option[]> {
  const { rows } = await browseApis(db, { limit: MOST }, visitorOf(ctx).by);
  return rows
    .filter((api) => api.id !== ADMIN_API && !api.suspended_at && api.scopeCount > 0)
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((api) => ({
      value: api.id,
      label: `${api.name}${api.approvalCount === api.scopeCount ? ' (its owner has to agree)' : ''}`,
      chosen: api.id === chosen,
    }));
}

/**
 * Asks for an API for an app that was made just now: for the scopes that need no approval or, where all of them do, for all.
 * @returns what came of it, in words to go on with
 */
export async function askForFirstApi(
  area: Area,
  ctx: Context,
  { clientId, api }: { clientId: string; api: string },
): Promise<string> {
  const { account, by } = visitorOf(ctx);
  // The app's team may be as new as the app.
  const access = await findAccess(area.db, account.id);
  const asker = access ? { ...by, access } : by;
  try {
    const found = await findCatalogueApi(area.db, api, asker);
    const free = found.scopes.filter((scope) => !scope.needs_approval);
    const scopes = (free.length > 0 ? free : found.scopes).map(({ name }) => name);
    const request = { clientId, api: found.api.id, scopes, reason: 'Asked for when the app was registered.' };
    const { state } = await requestSubscription(area.db, area.outbox, request, asker);
    return state === 'active'
      ? ` It may use ${scopes.join(', ')} of ${found.api.name}.`
      : ` It waits until ${found.teamName ?? 'the operator'} lets it use ${found.api.name}.`;
  } catch (error) {
    // The app is there, and its secret is shown just once: what went wrong with the API is said beside it.
    if (error instanceof AppError) return ` It got no API: ${error.message}`;
    throw error;
  }
}
