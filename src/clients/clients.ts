import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { authorize, type By, judgeAccess } from '../access.ts';
import { refuseProtectedName } from '../accounts/protected-names.ts';
import { findAlike } from '../apis/identifiers.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api, Client, ClientAuthMethod } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { subscribe } from '../subscriptions/subscriptions.ts';
import { t } from '../texts/texts.ts';
import { checkUris, NewClient, reportTo, type WantedClient } from './client-input.ts';
import { PURPOSES } from './purposes.ts';
import { type AddedSecret, insertSecret } from './secrets/secrets.ts';
import { columnsOf, platformSettings } from './settings/settings.ts';
import { recordVerification } from './settings/verification.ts';

export interface CreatedClient {
  readonly client: Client;
  /** The first secret, shown now and never again; undefined for apps without one. */
  readonly secret: AddedSecret | undefined;
}

/**
 * Registers an app with, where it uses one, its first secret. What goes around approval or consent (subscriptions, being
 * first-party, a chosen id) takes an admin or the operator.
 * @throws {ZodError} @throws {AppError} forbidden, not_found for a team that is not the caller's
 */
export async function createClient(
  db: Kysely<Tables>,
  input: z.input<typeof NewClient>,
  by: By,
): Promise<CreatedClient> {
  const wanted = NewClient.superRefine((client, ctx) => checkUris(client, { rules: by.rules }, reportTo(ctx))).parse(
    input,
  );
  const team = wanted.team ?? null;
  authorize(
    by,
    'app.write',
    team,
    team === null ? 'Say which team the app belongs to.' : t('refusals.noTeam', { id: team }),
  );
  const restricted = restrictedIn(wanted);
  if (restricted.length > 0 && judgeAccess(by, 'platform.write', null) !== 'allowed') {
    throw new AppError('forbidden', { detail: t('refusals.adminsOnly', { settings: restricted.join(', ') }) });
  }
  const id = wanted.id ?? `app_${randomBytes(12).toString('hex')}`;
  return inTransaction(db, async (trx) => {
    await refuseProtectedName(trx, wanted.name, by);
    const authMethod = await insertClient(trx, id, wanted, by);
    await subscribeAll(trx, id, wanted, by);
    const secret =
      wanted.firstSecret && authMethod.startsWith('client_secret')
        ? await insertSecret(trx, { clientId: id, name: 'first' }, by)
        : undefined;
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    const client = await trx.selectFrom('clients').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    return { client, secret };
  });
}

const restrictedIn = (wanted: WantedClient): string[] => [
  ...(wanted.id === undefined ? [] : ['id']),
  ...platformSettings(wanted),
  ...(wanted.subscriptions.length === 0 ? [] : ['subscriptions']),
];

async function insertClient(db: Db, id: string, wanted: WantedClient, by: By): Promise<ClientAuthMethod> {
  const authMethod = PURPOSES[wanted.type].isPublic ? 'none' : wanted.authMethod;
  if (wanted.team !== undefined) await requireTeamRow(db, wanted.team);
  await db
    .insertInto('clients')
    .values({
      id,
      name: wanted.name,
      type: wanted.type,
      team_id: wanted.team ?? null,
      auth_method: authMethod,
      jwks: wanted.jwks ? JSON.stringify(wanted.jwks) : null,
      jwks_uri: wanted.jwksUri ?? null,
      ...columnsOf(wanted),
      default_api_id: null,
      created_at: by.now,
      created_by: by.actor.id ?? null,
      disabled_at: null,
    })
    .execute();
  const event = { type: 'client.created', clientId: id, name: wanted.name, clientType: wanted.type } as const;
  await record(db, by.actor, wanted.team === undefined ? event : { ...event, teamId: wanted.team }, by.now);
  if (wanted.verified) await recordVerification(db, { clientId: id, verified: true }, by);
  return authMethod;
}

async function requireTeamRow(db: Db, id: string): Promise<void> {
  const team = await db.selectFrom('teams').select('id').where('id', '=', id).executeTakeFirst();
  if (!team) throw new AppError('not_found', { detail: t('refusals.noTeam', { id }) });
}

async function subscribeAll(db: Db, clientId: string, wanted: WantedClient, by: By): Promise<void> {
  const subscribed = new Map<string, { readonly api: Api }>();
  for (const { api: apiIdentifier, scopes } of wanted.subscriptions) {
    const api = await subscribe(db, { clientId, apiIdentifier, scopes }, by);
    subscribed.set(api.identifier, { api });
  }
  if (wanted.defaultApi === undefined) return;
  const defaultApiId = findAlike(subscribed, wanted.defaultApi)?.api.id;
  if (!defaultApiId) throw new AppError('invalid_request', { detail: t('refusals.defaultApi') });
  await db.updateTable('clients').set({ default_api_id: defaultApiId }).where('id', '=', clientId).execute();
}
