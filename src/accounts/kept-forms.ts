import { createHash } from 'node:crypto';
import type { Db } from '../db/connections/connection.ts';
import { isMissingReference } from '../db/transaction.ts';
import { keyFromBearer, sealWith, unsealWith } from '../keys/sealing/seal.ts';

const PURPOSE = 'latchkey kept form';
export const KEPT_SECONDS = 1800;
/** Bytes of what is kept of a form. */
const MOST = 16 * 1024;
/** Tabs in which somebody may have a form open when their session ends. */
const MOST_OF_ONE = 5;

/** What was typed into a form that was sent after its session had ended. */
export interface KeptForm {
  /** The path that it was sent to. */
  readonly action: string;
  /** The path of the page that has it. */
  readonly page: string;
  readonly values: Readonly<Record<string, string | readonly string[]>>;
}

const hashOf = (id: string) => createHash('sha256').update(id).digest();

/** Where a form is kept: for whom, under the id that the cookie of their browser has, by the name of the page that it was on. */
export interface KeptPlace {
  readonly accountId: string;
  readonly id: string;
  readonly page: string;
}

/**
 * Keeps a form for half an hour, and the latest few of a person. It is sealed with a key from the id, of which we keep just the
 * hash. @returns false when the form is too large, or nobody's
 */
export async function keepForm(
  db: Db,
  { accountId, id, page }: KeptPlace,
  form: KeptForm,
  now: Date,
): Promise<boolean> {
  const text = Buffer.from(JSON.stringify(form));
  if (text.length > MOST) return false;
  const row = {
    id_hash: hashOf(id),
    sealed: sealWith(keyFromBearer(id, PURPOSE), contextOf(accountId), text),
    expires_at: new Date(now.getTime() + KEPT_SECONDS * 1000),
  };
  const others = db.selectFrom('kept_forms').where('account_id', '=', accountId).where('page', '!=', page);
  const latest = others
    .select('page')
    .orderBy('expires_at', 'desc')
    .limit(MOST_OF_ONE - 1);
  try {
    await db
      .with('dropped', (query) =>
        query
          .deleteFrom('kept_forms')
          .where('account_id', '=', accountId)
          .where('page', '!=', page)
          .where('page', 'not in', latest),
      )
      .insertInto('kept_forms')
      .values({ account_id: accountId, page, ...row })
      .onConflict((conflict) => conflict.columns(['account_id', 'page']).doUpdateSet(row))
      .execute();
    return true;
  } catch (error) {
    if (isMissingReference(error)) return false;
    throw error;
  }
}

/** The form that was kept there. */
export async function findKeptForm(db: Db, place: KeptPlace, now: Date): Promise<KeptForm | undefined> {
  const { accountId, id, page } = place;
  const row = await db
    .selectFrom('kept_forms')
    .select('sealed')
    .where('account_id', '=', accountId)
    .where('page', '=', page)
    .where('id_hash', '=', hashOf(id))
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (!row) return undefined;
  return JSON.parse(unsealWith(keyFromBearer(id, PURPOSE), contextOf(accountId), row.sealed).toString()) as KeptForm;
}

export async function forgetKeptForm(db: Db, { accountId, id, page }: KeptPlace): Promise<void> {
  const forms = db.deleteFrom('kept_forms').where('account_id', '=', accountId).where('page', '=', page);
  await forms.where('id_hash', '=', hashOf(id)).execute();
}

export async function deleteExpiredKeptForms(db: Db, now: Date, batch: number): Promise<number> {
  const expired = db.selectFrom('kept_forms').select(['account_id', 'page']).where('expires_at', '<', now).limit(batch);
  const result = await db
    .deleteFrom('kept_forms')
    .where(({ eb, refTuple }) => eb(refTuple('account_id', 'page'), 'in', expired.$asTuple('account_id', 'page')))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

const contextOf = (accountId: string) => `${PURPOSE}:${accountId}`;
