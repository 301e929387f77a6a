import type { Kysely, Transaction } from 'kysely';
import type { z } from 'zod';
import { authorize, type By } from '../access.ts';
import { refuseProtectedName } from '../accounts/protected-names.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { isAlwaysThere } from '../keys/algorithms.ts';
import { noteLongerLifetime } from '../revocation/lifetimes.ts';
import { t } from '../texts/texts.ts';
import { ADMIN_API } from './admin-api.ts';
import { ApiChanges, type ApiChangesInput, type NewApi } from './api-schema.ts';
import { insertScopes } from './apis.ts';
import { setVisibleTeams } from './visibility.ts';
import { dropScopes, endTokensWith, findAppsWithScopes } from './withdrawn-access.ts';

/** Which API, and the version that the caller has seen; undefined is any. */
export interface ApiTarget {
  readonly id: string;
  readonly version?: number | undefined;
}

/**
 * Changes an API. Scopes that are left out of `scopes` go, and with them at once what apps had by them. Where a scope needs a
 * role from now on, the tokens end of the apps that may have it.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, precondition_failed, invalid_request
 */
export async function updateApi(db: Kysely<Tables>, target: ApiTarget, input: ApiChangesInput, by: By): Promise<Api> {
  const changes = ApiChanges.parse(input);
  return inTransaction(db, async (trx) => {
    const api = await lockApi(trx, target, by);
    requireOrdinary(api);
    if (changes.name !== undefined && changes.name !== api.name) await refuseProtectedName(trx, changes.name, by);
    if (changes.teamId !== undefined && changes.teamId !== api.team_id) {
      authorize(by, 'api.write', changes.teamId, t('refusals.noTeam', { id: String(changes.teamId) }));
    }
    if ((changes.tokenLifetime ?? api.token_lifetime) < api.token_lifetime) {
      await noteLongerLifetime(trx, api.token_lifetime);
    }
    const removed = changes.scopes ? await replaceScopes(trx, api, changes.scopes, by.now) : [];
    if (changes.visibleTeams) await setVisibleTeams(trx, api.id, changes.visibleTeams);
    const updated = await trx
      .updateTable('apis')
      .set((eb) => ({
        ...columnsOf(changes),
        ...algorithmBefore(api, changes.signingAlg),
        version: eb('version', '+', 1),
        updated_at: by.now,
      }))
      .where('id', '=', api.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    const fields = Object.keys(changes);
    await record(trx, by.actor, { type: 'api.updated', apiId: api.id, fields, removedScopes: removed }, by.now);
    return updated;
  });
}

/** The admin API is what the server makes of it. @throws {AppError} conflict */
export function requireOrdinary(api: Api): void {
  if (api.id === ADMIN_API) throw new AppError('conflict', { detail: t('refusals.ownApi') });
}

/** How many apps lose something at once when an API has just these scopes from now on, and which scopes go. */
export async function previewScopes(db: Db, apiId: string, kept: readonly string[]) {
  const rows = await db.selectFrom('api_scopes').select('name').where('api_id', '=', apiId).execute();
  const removed = rows.map(({ name }) => name).filter((name) => !kept.includes(name));
  return { removed, apps: (await findAppsWithScopes(db, apiId, removed)).length };
}

/**
 * An API that the caller may change, locked: nobody else changes it, and no subscription gets scopes of it, until the
 * transaction ends. @throws {AppError} not_found, forbidden, precondition_failed
 */
export async function lockApi(trx: Transaction<Tables>, { id, version }: ApiTarget, by: By): Promise<Api> {
  const missing = t('refusals.noApi', { id });
  const api = await trx.selectFrom('apis').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (!api) throw new AppError('not_found', { detail: missing });
  authorize(by, 'api.write', api.team_id, missing);
  if (version !== undefined && version !== api.version) throw new AppError('precondition_failed');
  return api;
}

/** @returns the names of scopes that are gone */
async function replaceScopes(
  trx: Transaction<Tables>,
  api: Api,
  scopes: z.output<typeof NewApi>['scopes'],
  now: Date,
): Promise<string[]> {
  const before = await trx
    .deleteFrom('api_scopes')
    .where('api_id', '=', api.id)
    .returning(['name', 'needs_role'])
    .execute();
  await insertScopes(trx, api.id, scopes);
  const removed = before.map(({ name }) => name).filter((name) => !scopes.some((scope) => scope.name === name));
  if (removed.length > 0) await dropScopes(trx, api, removed, now);
  const open = new Set(before.filter(({ needs_role }) => !needs_role).map(({ name }) => name));
  const closed = scopes.filter(({ name, needsRole }) => needsRole && open.has(name)).map(({ name }) => name);
  if (closed.length > 0) await endTokensWith(trx, api, closed, now);
  return removed;
}

/** Until verifiers know a key of another algorithm, tokens are signed as before. */
function algorithmBefore({ signing_alg: before }: Api, wanted: Api['signing_alg'] | undefined) {
  return wanted !== undefined && wanted !== before && isAlwaysThere(before) ? { signing_alg_before: before } : {};
}

/** What is undefined stays as it is. */
function columnsOf(changes: z.output<typeof ApiChanges>) {
  return {
    name: changes.name,
    description: changes.description,
    docs_url: changes.docsUrl,
    token_lifetime: changes.tokenLifetime,
    signing_alg: changes.signingAlg,
    visibility: changes.visibility,
    roles_claim: changes.rolesClaim,
    team_id: changes.teamId,
  };
}
