import type { Db } from '../db/connections/connection.ts';

/** An app or, with `accountId`, the consent of a person to it. */
export interface EpochOwner {
  readonly clientId: string;
  readonly accountId?: string;
}

/** In place of the person, for the app as a whole. */
const WHOLE_APP = '';

const keyOf = ({ clientId, accountId = WHOLE_APP }: EpochOwner) => ({ account_id: accountId, client_id: clientId });

/**
 * Ends every grant that was decided on until now, in one small statement: none of the rows is touched (ended-grants.ts
 * removes them later). Grants of a lower epoch give nothing any more, also those that are yet to be written.
 */
export async function raiseEpoch(db: Db, owner: EpochOwner): Promise<void> {
  await db
    .insertInto('epochs')
    .values({ ...keyOf(owner), epoch: 1 })
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'client_id']).doUpdateSet((eb) => ({ epoch: eb('epochs.epoch', '+', 1) })),
    )
    .execute();
}

/** The epoch, which nobody raises before the transaction ends. */
export async function lockEpoch(trx: Db, owner: EpochOwner): Promise<number> {
  const { epoch } = await trx
    .insertInto('epochs')
    .values(keyOf(owner))
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'client_id']).doUpdateSet((eb) => ({ epoch: eb.ref('epochs.epoch') })),
    )
    .returning('epoch')
    .executeTakeFirstOrThrow();
  return epoch;
}

/** Removes the epochs of the consents of a person who is deleted: nobody gets the id again. */
export async function deleteEpochsOfAccount(db: Db, accountId: string): Promise<void> {
  await db.deleteFrom('epochs').where('account_id', '=', accountId).execute();
}

/** As part of a statement: the epoch of an app. @param clientId how the statement names it */
export const epochOfClient = (clientId: string) =>
  `coalesce((select epoch from epochs where account_id = '${WHOLE_APP}' and client_id = ${clientId}), 0)`;

/** The same for a consent. */
export const epochOfConsent = (accountId: string, clientId: string) =>
  `coalesce((select epoch from epochs where account_id = ${accountId} and client_id = ${clientId}), 0)`;

/** As a condition: whether neither the app nor the consent has ended that it comes from. @param grant the table's name */
export const ofLiveGrant = (grant: string) => `not exists (
  select from epochs where epochs.client_id = ${grant}.client_id and epochs.account_id in ('${WHOLE_APP}', ${grant}.account_id)
    and epochs.epoch > case epochs.account_id when '${WHOLE_APP}' then ${grant}.client_epoch else ${grant}.consent_epoch end)`;

/** The same where nobody has consented yet. */
export const ofLiveClient = (row: string) => `not exists (
  select from epochs where epochs.client_id = ${row}.client_id and epochs.account_id = '${WHOLE_APP}'
    and epochs.epoch > ${row}.client_epoch)`;
