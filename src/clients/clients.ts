import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { CATALOG_TOPIC } from '../apis/catalog-topic.ts';
import { subscribe } from '../apis/subscriptions.ts';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import type { Client } from '../db/catalogue-tables.ts';
import { announceVersioned } from '../db/changes.ts';
import type { Db } from '../db/connection.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { judgeRedirectUri } from './redirect-uris.ts';
import { type AddedSecret, insertSecret } from './secrets.ts';

const PublicJwks = z
  .object({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(10) })
  .refine(({ keys }) => keys.every((key) => !('d' in key) && key.kty !== 'oct'), 'must hold public keys only');

export const NewClient = z
  .object({
    name: z.string().trim().min(1).max(100),
    type: z.enum(['machine', 'web', 'spa', 'native', 'device']),
    authMethod: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt']).default('client_secret_basic'),
    redirectUris: z.array(z.string()).max(50).default([]),
    postLogoutRedirectUris: z.array(z.string()).max(50).default([]),
    jwks: PublicJwks.optional(),
    subscriptions: z.array(z.object({ api: z.string(), scopes: z.array(z.string()) })).default([]),
    defaultApi: z.string().optional(),
    idTokenAlg: z.enum(['ES256', 'RS256', 'EdDSA']).default('ES256'),
    pkce: z.enum(['required', 'pkce_or_nonce']).default('required'),
    requirePar: z.boolean().default(false),
    firstParty: z.boolean().default(false),
    /** DESIGN: a retry inside it gets the same response again. 0 turns it off. */
    refreshRetrySeconds: z.int().min(0).max(60).default(0),
    /** Only for an app that the server itself needs under a known name. */
    id: z
      .string()
      .regex(/^(?!usr_|api_|sec_)[a-z][a-z0-9_-]{2,40}$/)
      .optional(),
  })
  .superRefine((client, ctx) => {
    for (const uri of [...client.redirectUris, ...client.postLogoutRedirectUris]) {
      const verdict = judgeRedirectUri(uri, client.type);
      if (!verdict.ok) ctx.addIssue({ code: 'custom', message: `${JSON.stringify(uri)} ${verdict.explanation}` });
    }
    if (client.type === 'machine' && client.redirectUris.length > 0) {
      ctx.addIssue({ code: 'custom', message: 'a machine app has no redirect URI: nobody signs in to it' });
    }
    if (client.type === 'device' && client.redirectUris.length + client.postLogoutRedirectUris.length > 0) {
      ctx.addIssue({ code: 'custom', message: 'a device app has no redirect URI: people sign in on another device' });
    }
    if (client.type === 'device' && client.requirePar) {
      ctx.addIssue({ code: 'custom', message: 'a device app makes no authorization request that it could push' });
    }
    if (client.type !== 'machine' && client.type !== 'device' && client.redirectUris.length === 0) {
      ctx.addIssue({ code: 'custom', message: `a ${client.type} app needs at least one redirect URI` });
    }
    if ((client.authMethod === 'private_key_jwt') !== (client.jwks !== undefined)) {
      ctx.addIssue({ code: 'custom', message: 'private_key_jwt needs a JWKS, and only it uses one' });
    }
    if (isPublic(client.type) && (client.jwks || client.pkce !== 'required')) {
      ctx.addIssue({
        code: 'custom',
        message: `a ${client.type} app is a public client: it has no keys, and PKCE always`,
      });
    }
  });

/** Public clients cannot keep a secret (RFC 6749 §2.1). */
const isPublic = (type: Client['type']) => type === 'spa' || type === 'native' || type === 'device';

export interface CreatedClient {
  readonly client: Client;
  /** The first secret, shown now and never again; undefined for apps without one. */
  readonly secret: AddedSecret | undefined;
}

/** Registers an app with its subscriptions and, where it uses one, its first secret. @throws {ZodError} @throws {AppError} */
export function createClient(
  db: Kysely<Tables>,
  input: z.input<typeof NewClient>,
  by: { actor: Actor; now: Date },
): Promise<CreatedClient> {
  const wanted = NewClient.parse(input);
  const id = wanted.id ?? `app_${randomBytes(12).toString('hex')}`;
  const authMethod = isPublic(wanted.type) ? 'none' : wanted.authMethod;
  return inTransaction(db, async (trx) => {
    await trx
      .insertInto('clients')
      .values({
        id,
        name: wanted.name,
        type: wanted.type,
        auth_method: authMethod,
        redirect_uris: [...new Set(wanted.redirectUris)],
        post_logout_redirect_uris: [...new Set(wanted.postLogoutRedirectUris)],
        jwks: wanted.jwks ? JSON.stringify(wanted.jwks) : null,
        id_token_alg: wanted.idTokenAlg,
        pkce: wanted.pkce,
        require_par: wanted.requirePar,
        first_party: wanted.firstParty,
        refresh_retry_seconds: wanted.refreshRetrySeconds,
        default_api_id: null,
        created_at: by.now,
        disabled_at: null,
      })
      .execute();
    await record(
      trx,
      by.actor,
      { type: 'client.created', clientId: id, name: wanted.name, clientType: wanted.type },
      by.now,
    );
    await subscribeAll(trx, id, wanted, by);
    const secret = authMethod.startsWith('client_secret')
      ? await insertSecret(trx, { clientId: id, name: 'first' }, by)
      : undefined;
    await announceVersioned(trx, CATALOG_TOPIC, by.now);
    const client = await trx.selectFrom('clients').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    return { client, secret };
  });
}

async function subscribeAll(
  db: Db,
  clientId: string,
  wanted: z.output<typeof NewClient>,
  by: { actor: Actor; now: Date },
): Promise<void> {
  let defaultApiId: string | undefined;
  for (const { api: apiIdentifier, scopes } of wanted.subscriptions) {
    const api = await subscribe(db, { clientId, apiIdentifier, scopes }, by);
    if (apiIdentifier === wanted.defaultApi) defaultApiId = api.id;
  }
  if (wanted.defaultApi === undefined) return;
  if (!defaultApiId)
    throw new AppError('invalid_request', { detail: 'The default API must be one that the app may use.' });
  await db.updateTable('clients').set({ default_api_id: defaultApiId }).where('id', '=', clientId).execute();
}

/** A client id as we make them; anything else is unknown, and does not reach the database. */
const CLIENT_ID = /^[a-z][a-z0-9_-]{2,60}$/;

/** An app that is not disabled, with the hashes of its secrets and when each ends. */
export async function findClientWithSecrets(db: Db, clientId: string) {
  if (!CLIENT_ID.test(clientId)) return undefined;
  const client = await db
    .selectFrom('clients')
    .selectAll()
    .where('id', '=', clientId)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  if (!client) return undefined;
  const secrets = await db
    .selectFrom('client_secrets')
    .select(['hash', 'expires_at as expiresAt'])
    .where('client_id', '=', clientId)
    .execute();
  return { client, secrets };
}

export function listClients(db: Db): Promise<Client[]> {
  return db.selectFrom('clients').selectAll().orderBy('created_at').execute();
}
