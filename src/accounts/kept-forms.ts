import { createHash, randomBytes } from 'node:crypto';
import type { Db } from '../db/connections/connection.ts';
import { isMissingReference } from '../db/transaction.ts';
import { keyFromBearer, sealWith, unsealWith } from '../keys/sealing/seal.ts';

const PURPOSE = 'latchkey kept form';
export const KEPT_SECONDS = 1800;
/** Bytes of what is kept of a form. */
const MOST = 16 * 1024;

/** What was typed into a form that was sent after its session had ended. */
export interface KeptForm {
  /** The path that it was sent to. */
  readonly action: string;
  /** The path of the page that has it. */
  readonly page: string;
  readonly values: Readonly<Record<string, string | readonly string[]>>;
}

const hashOf = (id: string) => createHash('sha256').update(id).digest();

/**
 * Keeps a form for half an hour, in place of the one that was kept of this person before. It is sealed with a key from the
 * id, of which we keep just the hash. @returns the id, for a cookie; undefined when the form is too large, or nobody's
 */
export async function keepForm(db: Db, accountId: string, form: KeptForm, now: Date): Promise<string | undefined> {
  const text = Buffer.from(JSON.stringify(form));
  if (text.length > MOST) return undefined;
  const id = randomBytes(32).toString('base64url');
  const row = {
    id_hash: hashOf(id),
    sealed: sealWith(keyFromBearer(id, PURPOSE), contextOf(accountId), text),
    expires_at: new Date(now.getTime() + KEPT_SECONDS * 1000),
  };
  try {
    await db
      .insertInto('kept_forms')
      .values({ account_id: accountId, ...row })
      .onConflict((conflict) => conflict.column('account_id').doUpdateSet(row))
      .execute();
    return id;
  } catch (error) {
    if (isMissingReference(error)) return undefined;
    throw error;
  }
}

/** The form that was kept of this person, by this id. */
export async function findKeptForm(db: Db, accountId: string, id: string, now: Date): Promise<KeptForm | undefined> {
  const row = await db
    .selectFrom('kept_forms')
    .select('sealed')
    .where('account_id', '=', accountId)
    .where('id_hash', '=', hashOf(id))
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (!row) return undefined;
  return JSON.parse(unsealWith(keyFromBearer(id, PURPOSE), contextOf(accountId), row.sealed).toString()) as KeptForm;
}

export async function forgetKeptForm(db: Db, accountId: string, id: string): Promise<void> {
  await db.deleteFrom('kept_forms').where('account_id', '=', accountId).where('id_hash', '=', hashOf(id)).execute();
}

export async function deleteExpiredKeptForms(db: Db, now: Date, batch: number): Promise<number> {
  const expired = db.selectFrom('kept_forms').select('account_id').where('expires_at', '<', now).limit(batch);
  const result = await db.deleteFrom('kept_forms').where('account_id', 'in', expired).executeTakeFirst();
  return Number(result.numDeletedRows);
}

const contextOf = (accountId: string) => `${PURPOSE}:${accountId}`;
