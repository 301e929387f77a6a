import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import type { Api } from '../db/catalogue-tables.ts';
import { announceVersioned } from '../db/changes.ts';
import type { Db } from '../db/connection.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction, isUniqueViolation } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { LONGEST_TOKEN_LIFETIME } from '../keys/stages.ts';
import { CATALOG_TOPIC } from './catalog-topic.ts';

/** Scopes of OpenID Connect; an API cannot have one of the same name. */
export const RESERVED_SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'];

/** A scope-token of RFC 6749 §3.3. */
export const ScopeName = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,100}$/, 'has characters that a scope may not have')
  .refine((name) => !RESERVED_SCOPES.includes(name), 'is a scope of OpenID Connect; choose another name');

/** A resource indicator (RFC 8707 §2): an absolute URI without fragment. */
export const ApiIdentifier = z
  .string()
  .max(300)
  .refine((value) => URL.canParse(value) && !value.includes('#') && /^[\x21-\x7E]+$/.test(value), {
    error: 'must be an absolute URI without fragment, such as https://api.example.com',
  });

export const NewApi = z.object({
  identifier: ApiIdentifier,
  name: z.string().trim().min(1).max(100),
  scopes: z.array(z.object({ name: ScopeName, description: z.string().trim().max(300) })).max(200),
  /** seconds */
  tokenLifetime: z.int().min(30).max(LONGEST_TOKEN_LIFETIME).default(300),
  signingAlg: z.enum(['ES256', 'RS256', 'EdDSA']).default('ES256'),
});

export interface ApiWithScopes extends Api {
  readonly scopes: readonly { name: string; description: string }[];
}

/** Adds an API to the catalogue. @throws {AppError} conflict when the identifier is taken */
export async function createApi(
  db: Kysely<Tables>,
  input: z.input<typeof NewApi>,
  by: { actor: Actor; now: Date },
): Promise<ApiWithScopes> {
  const api = NewApi.parse(input);
  const id = `api_${randomUUID().replaceAll('-', '')}`;
  try {
    return await inTransaction(db, async (trx) => {
      const row = await trx
        .insertInto('apis')
        .values({
          id,
          identifier: api.identifier,
          name: api.name,
          token_lifetime: api.tokenLifetime,
          signing_alg: api.signingAlg,
          created_at: by.now,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      if (api.scopes.length > 0) {
        await trx
          .insertInto('api_scopes')
          .values(api.scopes.map((scope) => ({ api_id: id, ...scope })))
          .execute();
      }
      await announceVersioned(trx, CATALOG_TOPIC, by.now);
      await record(trx, by.actor, { type: 'api.created', apiId: id, identifier: api.identifier }, by.now);
      return { ...row, scopes: api.scopes };
    });
  } catch (error) {
    if (isUniqueViolation(error))
      throw new AppError('conflict', { detail: `An API ${api.identifier} exists already.` });
    throw error;
  }
}

export async function listApis(db: Db): Promise<ApiWithScopes[]> {
  const [apis, scopes] = await Promise.all([
    db.selectFrom('apis').selectAll().orderBy('created_at').execute(),
    db.selectFrom('api_scopes').selectAll().orderBy('name').execute(),
  ]);
  return apis.map((api) => ({
    ...api,
    scopes: scopes.filter((scope) => scope.api_id === api.id).map(({ name, description }) => ({ name, description })),
  }));
}

export function findApi(db: Db, identifier: string): Promise<Api | undefined> {
  return db.selectFrom('apis').selectAll().where('identifier', '=', identifier).executeTakeFirst();
}

export function findApiScopes(db: Db, apiId: string) {
  return db
    .selectFrom('api_scopes')
    .select(['name', 'description'])
    .where('api_id', '=', apiId)
    .orderBy('name')
    .execute();
}
