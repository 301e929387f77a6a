import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { z } from 'zod';
import { authorize, type By } from '../access.ts';
import { refuseProtectedName } from '../accounts/protected-names.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api, ApiScope } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction, isUniqueViolation } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { type ApiScopeInput, NewApi, type NewApiInput } from './api-schema.ts';
import { isNamedOrHasId, refuseOtherForm } from './identifiers.ts';
import { refuseOwnAddress } from './own-addresses.ts';
import { requireFreeIdentifier } from './retired-identifiers.ts';
import { setVisibleTeams } from './visibility.ts';

export interface ApiWithScopes extends Api {
  readonly scopes: readonly { name: string; description: string }[];
}

/** Adds an API to the catalogue. @throws {ZodError} @throws {AppError} conflict when the identifier is taken; forbidden, not_found */
export async function createApi(db: Kysely<Tables>, input: NewApiInput, by: By): Promise<ApiWithScopes> {
  const api = NewApi.parse(input);
  authorize(by, 'api.write', api.teamId, api.teamId ? t('refusals.noTeam', { id: api.teamId }) : undefined);
  const id = `api_${randomUUID().replaceAll('-', '')}`;
  try {
    return await inTransaction(db, async (trx) => {
      await refuseProtectedName(trx, api.name, by);
      await refuseOwnAddress(trx, api.identifier, by);
      await refuseOtherForm(trx, api.identifier);
      const row = await trx
        .insertInto('apis')
        .values({
          id,
          identifier: api.identifier,
          name: api.name,
          description: api.description,
          docs_url: api.docsUrl,
          token_lifetime: api.tokenLifetime,
          signing_alg: api.signingAlg,
          visibility: api.visibility,
          roles_claim: api.rolesClaim,
          team_id: api.teamId,
          created_at: by.now,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      await requireFreeIdentifier(trx, row, by);
      await insertScopes(trx, id, api.scopes);
      await setVisibleTeams(trx, id, api.visibleTeams);
      await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
      await record(trx, by.actor, { type: 'api.created', apiId: id, identifier: api.identifier }, by.now);
      return { ...row, scopes: api.scopes.map(({ name, description }) => ({ name, description })) };
    });
  } catch (error) {
    if (isUniqueViolation(error))
      throw new AppError('conflict', { detail: t('refusals.apiExists', { identifier: api.identifier }) });
    throw error;
  }
}

/** An API that the caller may change. @throws {AppError} not_found, forbidden */
export async function requireOwnApi(db: Db, id: string, by: By): Promise<Api> {
  const missing = t('refusals.noApi', { id });
  const api = await db.selectFrom('apis').selectAll().where('id', '=', id).executeTakeFirst();
  if (!api) throw new AppError('not_found', { detail: missing });
  authorize(by, 'api.write', api.team_id, missing);
  return api;
}

/** In the order in which they are given: their owner chose it, and pages show it. */
export async function insertScopes(db: Db, apiId: string, scopes: readonly z.output<typeof ApiScopeInput>[]) {
  if (scopes.length === 0) return;
  const rows = scopes.map(({ name, description, needsApproval, needsRole }, position) => ({
    api_id: apiId,
    name,
    description,
    needs_approval: needsApproval,
    needs_role: needsRole,
    position,
  }));
  await db.insertInto('api_scopes').values(rows).execute();
}

/** By its identifier or its id; the two never look alike. */
export function findApi(db: Db, name: string): Promise<Api | undefined> {
  return db.selectFrom('apis').selectAll().where(isNamedOrHasId(name)).executeTakeFirst();
}

/** The same, locked: it stays with its team until the caller's transaction ends. */
export function lockNamedApi(db: Db, name: string): Promise<Api | undefined> {
  const named = db.selectFrom('apis').selectAll();
  return named.where(isNamedOrHasId(name)).forShare().executeTakeFirst();
}

export function findApiScopes(db: Db, apiId: string) {
  return db
    .selectFrom('api_scopes')
    .select(['name', 'description'])
    .where('api_id', '=', apiId)
    .orderBy('position')
    .orderBy('name')
    .execute();
}

/** The scopes of several APIs by name, in one statement. */
export async function findScopesOf(db: Db, apiIds: readonly string[]): Promise<Map<string, ApiScope[]>> {
  const scopes = new Map<string, ApiScope[]>(apiIds.map((id) => [id, []]));
  if (apiIds.length === 0) return scopes;
  const rows = await db
    .selectFrom('api_scopes')
    .selectAll()
    .where('api_id', 'in', [...apiIds])
    .orderBy('position')
    .orderBy('name')
    .execute();
  for (const row of rows) scopes.get(row.api_id)?.push(row);
  return scopes;
}

/** An API by its id, whose scopes stay as they are until the transaction ends. */
export function lockApiAsItIs(trx: Transaction<Tables>, id: string): Promise<Api | undefined> {
  return trx.selectFrom('apis').selectAll().where('id', '=', id).forShare().executeTakeFirst();
}
