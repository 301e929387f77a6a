import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';
import { SECRET_POLICY } from './policy.ts';
import { type AddedSecret, insertSecret, lockSecrets, Moment, NewSecret } from './secrets.ts';

/** For how long an old secret stays when nobody says. */
export const KEPT_SECONDS = 86_400;

export const KeptFor = z
  .int('The old secret stays for a whole number of seconds.')
  .min(1, { error: () => t('refusals.oldSecretLeast') })
  .max(SECRET_POLICY.mostDays * 86_400, { error: () => t('refusals.oldSecretMost', { days: SECRET_POLICY.mostDays }) });

/** When the old secret ends. */
const OldEnds = z.discriminatedUnion('when', [
  z.strictObject({ when: z.literal('now') }),
  z.strictObject({ when: z.literal('at'), at: Moment }),
  z.strictObject({ when: z.literal('after'), seconds: KeptFor }),
  /** By itself, as soon as one process uses the new one. Other processes of the app that have the old one are refused. */
  z.strictObject({ when: z.literal('first_use') }),
]);

/** The old secret stays for a day unless somebody says otherwise: every process of an app has time to get the new one. */
export const Rotation = NewSecret.extend({ ends: OldEnds.default({ when: 'after', seconds: KEPT_SECONDS }) });

type Ends = z.output<typeof OldEnds>;

/**
 * Makes a new secret in place of one that is live, and settles when that one ends.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, invalid_request
 */
export async function rotateSecret(
  db: Kysely<Tables>,
  input: { clientId: string; secretId: string } & z.input<typeof Rotation>,
  by: By,
): Promise<AddedSecret> {
  const { clientId, secretId, ...rest } = input;
  const { ends, ...wanted } = Rotation.parse(rest);
  return inTransaction(db, async (trx) => {
    await lockSecrets(trx, clientId, by);
    const old = await requireLive(trx, { clientId, secretId }, by);
    const added = await insertSecret(trx, { clientId, ...wanted }, by);
    const end = endOf(ends, old.expires_at, added.id, by.now);
    if (end) await trx.updateTable('client_secrets').set(end).where('id', '=', secretId).execute();
    const event = { clientId, secretId, successorId: added.id, ends: ends.when };
    await record(trx, by.actor, { type: 'client.secret_rotated', ...event }, by.now);
    return added;
  });
}

async function requireLive(db: Db, { clientId, secretId }: { clientId: string; secretId: string }, by: By) {
  const old = await db
    .selectFrom('client_secrets')
    .select('expires_at')
    .where('id', '=', secretId)
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  if (!old) throw new AppError('not_found', { detail: t('refusals.noSecret', { app: clientId, secret: secretId }) });
  if (old.expires_at && old.expires_at <= by.now) {
    throw new AppError('invalid_request', { detail: t('refusals.secretEnded') });
  }
  return old;
}

/** An end that was settled before stays when it comes earlier; undefined then. */
function endOf(ends: Ends, settled: Date | null, successorId: string, now: Date) {
  if (ends.when === 'first_use') return { successor_id: successorId };
  const at = timeOf(ends, now);
  if (at < now) throw new AppError('invalid_request', { detail: t('refusals.secretPast') });
  if (settled && settled <= at) return undefined;
  return { expires_at: at, ends_for: successorId, settled_end: settled };
}

function timeOf(ends: Exclude<Ends, { when: 'first_use' }>, now: Date): Date {
  if (ends.when === 'at') return ends.at;
  return ends.when === 'now' ? now : new Date(now.getTime() + ends.seconds * 1000);
}
