import { type Kysely, sql, type Updateable } from 'kysely';
import { z } from 'zod';
import { type By, type HouseRules, judgeAccess } from '../access.ts';
import { refuseProtectedName } from '../accounts/protected-names.ts';
import { requireHeldBy } from '../apis/admin-api-grants.ts';
import { findAppApis } from '../apis/app-apis.ts';
import { findAlike } from '../apis/identifiers.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Client, ClientTable } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { isAlwaysThere } from '../keys/algorithms.ts';
import { t } from '../texts/texts.ts';
import { ClientChanges, checkConsistency, checkUris, reportTo, type WantedChanges } from './client-input.ts';
import { lockClient } from './find-clients.ts';
import { PURPOSES } from './purposes.ts';
import { endAllSecrets } from './secrets/secrets.ts';
import { columnsOf, platformSettings } from './settings/settings.ts';
import { recordVerification, unverifiedBy } from './settings/verification.ts';

export interface ClientUpdate {
  readonly clientId: string;
  readonly changes: z.input<typeof ClientChanges>;
  /** What If-Match carries: the change is made only to this version. */
  readonly version?: number | undefined;
}

/**
 * Changes an app; what is not named stays as it is. An app that stops using secrets loses those that it has.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, precondition_failed
 */
export async function updateClient(db: Kysely<Tables>, update: ClientUpdate, by: By): Promise<Client> {
  const changes = ClientChanges.parse(update.changes);
  return inTransaction(db, async (trx) => {
    const before = await lockClient(trx, update.clientId, by);
    await requireHeldBy(trx, before.id, by);
    if (update.version !== undefined && update.version !== before.version) throw new AppError('precondition_failed');
    if (changes.name !== undefined && changes.name !== before.name) await refuseProtectedName(trx, changes.name, by);
    const restricted = platformSettings(changes, before);
    if (restricted.length > 0 && judgeAccess(by, 'platform.write', null) !== 'allowed') {
      throw new AppError('forbidden', { detail: t('refusals.adminsOnly', { settings: restricted.join() }) });
    }
    requireConsistency(before, changes, by.rules);
    const columns = await toColumns(trx, before, changes);
    const because = unverifiedBy(before, changes, by);
    const client = await trx
      .updateTable('clients')
      .set({ ...columns, ...(because ? { verified: false } : {}), updated_at: by.now, version: sql`version + 1` })
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    if (before.auth_method !== client.auth_method && client.auth_method === 'private_key_jwt') {
      await endAllSecrets(trx, client.id, by);
    }
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    await record(trx, by.actor, { type: 'client.updated', clientId: client.id, changed: Object.keys(changes) }, by.now);
    const { id: clientId, verified } = client;
    if (before.verified !== verified) await recordVerification(trx, { clientId, verified, because }, by);
    return client;
  });
}

/** The app as it would be has to make sense as a whole. @throws {ZodError} */
function requireConsistency(before: Client, changes: WantedChanges, rules: HouseRules | undefined): void {
  const keys = keysOf(before, changes);
  const after = {
    type: before.type,
    authMethod: changes.authMethod ?? before.auth_method,
    redirectUris: changes.redirectUris ?? before.redirect_uris,
    postLogoutRedirectUris: changes.postLogoutRedirectUris ?? before.post_logout_redirect_uris,
    pkce: changes.pkce ?? before.pkce,
    ...keys,
  };
  z.custom<typeof after>()
    .superRefine((client, ctx) => {
      const known = { redirectUris: before.redirect_uris, postLogoutRedirectUris: before.post_logout_redirect_uris };
      checkUris(client, { rules, before: known }, reportTo(ctx));
      checkConsistency(client, reportTo(ctx));
      // At its creation, the method of an app that cannot keep a secret is ignored; later, setting one would lock the
      // app out.
      if (changes.authMethod?.startsWith('client_secret') && PURPOSES[before.type].isPublic) {
        reportTo(ctx)(['authMethod'], 'An app that cannot keep a secret does not authenticate.');
      }
    })
    .parse(after);
}

/** Giving keys of one kind takes away those of the other; a method without keys takes away both. */
function keysOf(before: Client, { authMethod, jwks, jwksUri }: WantedChanges) {
  const given = [jwks, jwksUri].some((source) => source != null);
  const usesKeys = (authMethod ?? before.auth_method) === 'private_key_jwt';
  const keep = usesKeys && !given;
  return {
    jwks: jwks === undefined && keep ? before.jwks : (jwks ?? null),
    jwksUri: jwksUri === undefined && keep ? before.jwks_uri : (jwksUri ?? null),
  };
}

async function toColumns(db: Db, before: Client, changes: WantedChanges): Promise<Updateable<ClientTable>> {
  const { jwks, jwksUri } = keysOf(before, changes);
  return {
    ...(changes.name === undefined ? {} : { name: changes.name }),
    ...(changes.authMethod === undefined ? {} : { auth_method: changes.authMethod }),
    ...columnsOf(changes),
    ...(changes.idTokenAlg === undefined ? {} : algorithmBefore(before.id_token_alg, changes.idTokenAlg)),
    ...(changes.defaultApi === undefined
      ? {}
      : { default_api_id: await defaultApiId(db, before.id, changes.defaultApi) }),
    jwks: jwks ? JSON.stringify(jwks) : null,
    jwks_uri: jwksUri,
  };
}

/** Until apps could learn of a key of another algorithm, ID tokens are signed as before. */
function algorithmBefore(before: Client['id_token_alg'], wanted: Client['id_token_alg']): Updateable<ClientTable> {
  return wanted !== before && isAlwaysThere(before) ? { id_token_alg_before: before } : {};
}

/** @throws {AppError} invalid_request for an API that the app may not use */
async function defaultApiId(db: Db, clientId: string, identifier: string | null): Promise<string | null> {
  if (identifier === null) return null;
  const apis = await findAppApis(db, clientId);
  const known = findAlike(new Map(apis.map((appApi) => [appApi.api.identifier, appApi])), identifier);
  if (!known) throw new AppError('invalid_request', { detail: t('refusals.defaultApi') });
  return known.api.id;
}
