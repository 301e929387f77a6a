import { sql } from 'kysely';
import { announce } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import { REVOCATIONS_TOPIC } from './revoke.ts';

/**
 * What has an epoch, a number that goes up when it ends, and the value that names it: an app (its id), a person (`sub`), a
 * consent (`sub`, a space, the app's id), an app's use of an API (the app's id, a space, the audience), an API (the audience),
 * what a person's roles give at an API (`sub`, a space, the audience), what anybody's roles give there (the audience), and the
 * access tokens of an app, which leave it its grants (the app's id). In the order of the claim `ep` (token-epochs.ts).
 */
export const EPOCH_KINDS = [
  'client',
  'account',
  'consent',
  'subscription',
  'api',
  'roles',
  'api-roles',
  'client-tokens',
] as const;
export type EpochKind = (typeof EPOCH_KINDS)[number];

/** A person's consent to an app. */
export interface Parties {
  readonly accountId: string;
  readonly clientId: string;
}

const nameOfConsent = ({ accountId, clientId }: Parties) => ({ kind: 'consent', value: `${accountId} ${clientId}` });

/**
 * Ends every grant that was decided on a consent until now, and the tokens of these grants, in one small statement: none of
 * their rows is touched (ended-grants.ts removes them later). Grants of a lower epoch give nothing any more, also those that
 * are yet to be written. What is revoked by its name (revoke.ts) has its epoch raised by the database itself.
 */
export async function endConsent(trx: Db, parties: Parties): Promise<void> {
  await trx
    .insertInto('epochs')
    .values({ ...nameOfConsent(parties), epoch: 1 })
    .onConflict((conflict) =>
      conflict.columns(['kind', 'value']).doUpdateSet((eb) => ({ epoch: eb('epochs.epoch', '+', 1) })),
    )
    .execute();
  await announce(trx, REVOCATIONS_TOPIC);
}

/** The epoch of a consent, which nobody raises before the transaction ends. */
export async function lockConsent(trx: Db, parties: Parties): Promise<number> {
  const { epoch } = await trx
    .insertInto('epochs')
    .values(nameOfConsent(parties))
    .onConflict((conflict) =>
      conflict.columns(['kind', 'value']).doUpdateSet((eb) => ({ epoch: eb.ref('epochs.epoch') })),
    )
    .returning('epoch')
    .executeTakeFirstOrThrow();
  return epoch;
}

/**
 * The same for a consent that a person is about to give. The person is not stopped before the transaction ends; undefined
 * when that has happened.
 */
export async function lockConsentOfPerson(trx: Db, parties: Parties): Promise<number | undefined> {
  const { kind, value } = nameOfConsent(parties);
  const { rows } = await sql<{ epoch: number }>`insert into epochs (kind, value)
    select ${kind}, ${value} from accounts where id = ${parties.accountId} and disabled_at is null for key share
    on conflict (kind, value) do update set epoch = epochs.epoch returning epoch`.execute(trx);
  return rows[0]?.epoch;
}

/** Removes the epochs of the consents of a person who is deleted: nobody gets the id again. */
export async function deleteEpochsOfAccount(db: Db, accountId: string): Promise<void> {
  await db.deleteFrom('epochs').where('account_id', '=', accountId).execute();
}

/** As part of a statement: an epoch. @param value how the statement writes the name */
export const epochOf = (kind: EpochKind, value: string) =>
  `coalesce((select epoch from epochs where kind = '${kind}' and value = ${value}), 0)`;

/** As a condition: whether neither the app nor the consent has ended that it comes from. @param grant the table's name */
export const ofLiveGrant = (grant: string) => `not exists (
  select from epochs where epochs.client_id = ${grant}.client_id and epochs.account_id in ('', ${grant}.account_id)
    and epochs.epoch > case epochs.account_id when '' then ${grant}.client_epoch else ${grant}.consent_epoch end)`;

/** The same for a code or access token, which also ends with the tokens of its app, while the grant goes on. */
export const ofLiveTokens = (row: string) => `(${row}.model not in ('AuthorizationCode', 'AccessToken') or not exists (
  select from epochs where epochs.kind = 'client-tokens' and epochs.value = ${row}.client_id
    and epochs.epoch > ${row}.client_tokens_epoch))`;

/** The same where nobody has consented yet. */
export const ofLiveClient = (row: string) => `not exists (
  select from epochs where epochs.kind = 'client' and epochs.value = ${row}.client_id
    and epochs.epoch > ${row}.client_epoch)`;
