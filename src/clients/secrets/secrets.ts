import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { By } from '../../access.ts';
import { hasToldName } from '../../accounts/known-people.ts';
import { requireHeldBy } from '../../apis/admin-api-grants.ts';
import { record } from '../../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../../db/changes.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import { nameOf } from '../../names/names.ts';
import { t } from '../../texts/texts.ts';
import { findClient, lockClient } from '../find-clients.ts';
import { expiryOf, MOST_SECRETS } from './policy.ts';
import { handOn } from './succession.ts';
import { generateSecret, hashSecret } from './values.ts';

/** A moment, as a Date or in the letters of RFC 3339. */
export const Moment = z.union([z.date(), z.iso.datetime({ offset: true }).transform((text) => new Date(text))]);

export const NewSecret = z.strictObject({
  name: nameOf(() => t('refusals.secretName')),
  /** The policy's default when left out. */
  expiresAt: Moment.optional(),
});

export interface AddedSecret {
  readonly id: string;
  readonly name: string;
  readonly expiresAt: Date | null;
  /** Shown now and never again. */
  readonly secret: string;
}

/** Adds a secret beside those that are live, in the caller's transaction. */
export async function insertSecret(
  db: Db,
  input: { clientId: string; name: string; expiresAt?: Date | undefined },
  by: By,
): Promise<AddedSecret> {
  const { clientId, name } = input;
  const secret = generateSecret();
  const id = `sec_${randomUUID().replaceAll('-', '')}`;
  const expiresAt = expiryOf(input.expiresAt, by);
  const made = { created_at: by.now, created_by: by.actor.id ?? null, expires_at: expiresAt };
  await db
    .insertInto('client_secrets')
    .values({ id, client_id: clientId, name, hash: hashSecret(secret), last_four: secret.slice(-4), ...made })
    .execute();
  await announceVersioned(db, CLIENT_CACHE_TOPIC, by.now);
  await record(db, by.actor, { type: 'client.secret_added', clientId, secretId: id, name }, by.now);
  return { id, name, expiresAt, secret };
}

/** Adds a secret to an app that authenticates with one. @throws {ZodError} @throws {AppError} not_found, forbidden, invalid_request */
export async function addSecret(
  db: Kysely<Tables>,
  input: { clientId: string } & z.input<typeof NewSecret>,
  by: By,
): Promise<AddedSecret> {
  const { clientId, ...rest } = input;
  const wanted = NewSecret.parse(rest);
  return inTransaction(db, async (trx) => {
    await lockSecrets(trx, clientId, by);
    return insertSecret(trx, { clientId, ...wanted }, by);
  });
}

/** That the caller may give an app credentials, and so see them. @throws {AppError} not_found, forbidden */
export async function requireCredentials(db: Db, clientId: string, by: By): Promise<void> {
  await findClient(db, clientId, 'app.write', by);
  await requireHeldBy(db, clientId, by);
}

/** The app, held while its secrets change. @throws {AppError} invalid_request for an app without secrets, or with too many */
export async function lockSecrets(db: Db, clientId: string, by: By): Promise<void> {
  const { auth_method: method } = await lockClient(db, clientId, by);
  await requireHeldBy(db, clientId, by);
  if (!method.startsWith('client_secret')) {
    throw new AppError('invalid_request', { detail: t('refusals.noSecretMethod', { method }) });
  }
  const { live } = await db
    .selectFrom('client_secrets')
    .select((eb) => eb.fn.countAll<number>().as('live'))
    .where('client_id', '=', clientId)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', by.now)]))
    .executeTakeFirstOrThrow();
  if (Number(live) >= MOST_SECRETS) {
    throw new AppError('invalid_request', { detail: t('refusals.mostSecrets', { most: MOST_SECRETS }) });
  }
}

/** A secret as people see it: never its value, which nobody has. */
export type ListedSecret = Awaited<ReturnType<typeof listSecrets>>[number];

/** The secrets of an app, also those that have ended lately. @throws {AppError} not_found */
export async function listSecrets(db: Db, clientId: string, by: By) {
  await findClient(db, clientId, 'app.read', by);
  return db
    .selectFrom('client_secrets as secrets')
    .leftJoin('accounts', (join) =>
      join.onRef('accounts.id', '=', 'secrets.created_by').on(hasToldName(by, 'secrets.created_by')),
    )
    .select([
      'secrets.id',
      'secrets.name',
      'secrets.last_four',
      'secrets.created_at',
      'secrets.created_by',
      'accounts.name as created_by_name',
      'secrets.expires_at',
      'secrets.first_used_at',
      'secrets.last_used_at',
      'secrets.successor_id',
    ])
    .where('secrets.client_id', '=', clientId)
    .orderBy('secrets.created_at')
    .orderBy('secrets.id')
    .execute();
}

/** Removes one; it stops working with the next request. @throws {AppError} not_found, forbidden */
export function removeSecret(db: Kysely<Tables>, input: { clientId: string; secretId: string }, by: By): Promise<void> {
  const { clientId, secretId } = input;
  return inTransaction(db, async (trx) => {
    await lockClient(trx, clientId, by);
    await handOn(trx, secretId, by.now);
    const removed = await trx
      .deleteFrom('client_secrets')
      .where('id', '=', secretId)
      .where('client_id', '=', clientId)
      .returning('id')
      .executeTakeFirst();
    if (!removed)
      throw new AppError('not_found', { detail: t('refusals.noSecret', { app: clientId, secret: secretId }) });
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    await record(trx, by.actor, { type: 'client.secret_removed', clientId, secretId }, by.now);
  });
}

/** Ends every secret of an app that no longer uses any, in the caller's transaction. */
export async function endAllSecrets(db: Db, clientId: string, by: By): Promise<void> {
  const removed = await db.deleteFrom('client_secrets').where('client_id', '=', clientId).returning('id').execute();
  const events = removed.map(({ id }) => ({ type: 'client.secret_removed', clientId, secretId: id }) as const);
  await record(db, by.actor, events, by.now);
}

const KEPT_DAYS = 30;

/** Forgets secrets that ended long ago. @returns how many */
export async function deleteEndedSecrets(db: Db, now: Date, batch: number): Promise<number> {
  const longAgo = new Date(now.getTime() - KEPT_DAYS * 86_400_000);
  const ended = db.selectFrom('client_secrets').select('id').where('expires_at', '<', longAgo).limit(batch);
  const result = await db.deleteFrom('client_secrets').where('id', 'in', ended).executeTakeFirst();
  return Number(result.numDeletedRows);
}
