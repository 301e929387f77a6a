import type { Db } from '../db/connections/connection.ts';

/** What lets someone get tokens, or is one; pushed requests end by themselves within the hour. */
const TOKEN_MODELS = ['AuthorizationCode', 'DeviceCode', 'AccessToken', 'RefreshToken', 'Grant'];

/** Where a person is signed in, or just about to be. */
const SESSION_MODELS = ['Session', 'Interaction'];

/** Signs a person out everywhere. */
export async function endSessionsOfAccount(db: Db, accountId: string): Promise<void> {
  await endEpoch(db, accountId);
  await db.deleteFrom('artifacts').where('account_id', '=', accountId).where('model', 'in', SESSION_MODELS).execute();
  await db.deleteFrom('portal_sessions').where('account_id', '=', accountId).execute();
}

/** Removes codes, tokens, grants and sessions of a person. @returns the epoch of sign-ins from now on */
export async function endTokensAndSessionsOfAccount(db: Db, accountId: string): Promise<number> {
  const epoch = await endEpoch(db, accountId);
  const models = [...TOKEN_MODELS, ...SESSION_MODELS];
  await db.deleteFrom('artifacts').where('account_id', '=', accountId).where('model', 'in', models).execute();
  await db.deleteFrom('portal_sessions').where('account_id', '=', accountId).execute();
  return epoch;
}

/** What a request under way still writes for an earlier sign-in is dead. */
async function endEpoch(db: Db, accountId: string): Promise<number> {
  const account = await db
    .updateTable('accounts')
    .set((eb) => ({ sign_in_epoch: eb('sign_in_epoch', '+', 1) }))
    .where('id', '=', accountId)
    .returning('sign_in_epoch')
    .executeTakeFirst();
  return account?.sign_in_epoch ?? 0;
}

/** Removes codes, tokens and grants of a person with one app. @returns the grants that there were */
export async function endTokensOfConsent(db: Db, accountId: string, clientId: string): Promise<string[]> {
  const rows = await db
    .deleteFrom('artifacts')
    .where('account_id', '=', accountId)
    .where('client_id', '=', clientId)
    .where('model', 'in', TOKEN_MODELS)
    .returning('grant_id')
    .execute();
  return [...new Set(rows.flatMap((row) => (row.grant_id ? [row.grant_id] : [])))];
}
