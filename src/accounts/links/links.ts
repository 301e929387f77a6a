import { createHash, randomBytes } from 'node:crypto';
import type { Db } from '../../db/connections/connection.ts';
import type { AccountLink } from '../../db/tables/links.ts';
import { emailKey } from '../../names/addresses.ts';

const HOUR = 3_600_000;

/** What a link is for, with how long it lives: a kind opens nothing of another one. */
const LIFETIMES = { reset: HOUR, verification: 72 * HOUR, address: 24 * HOUR, sign_up: 24 * HOUR };
export type LinkKind = keyof typeof LIFETIMES;

const HANDED_OVER = 24 * HOUR;

/** Where each leads. */
const PATHS: Record<LinkKind, string> = {
  reset: '/reset',
  verification: '/verify',
  address: '/new-address',
  sign_up: '/sign-up/finish',
};

export const linkPage = (issuer: string, kind: LinkKind) => issuer + PATHS[kind];
/** The code is in the fragment, which browsers do not send: it gets into no log, and whoever opens links ahead uses nothing up. */
export const linkTo = (issuer: string, kind: LinkKind, code: string) => `${linkPage(issuer, kind)}#code=${code}`;

const hashOf = (code: string) => createHash('sha256').update(code.trim()).digest();

export interface NewLink {
  readonly kind: LinkKind;
  /** Where it goes to, or what is to be the address. */
  readonly email: string;
  /** Whose it is; undefined for somebody without an account. */
  readonly accountId?: string | undefined;
  /** Whoever has it has read a mail to the address. */
  readonly byMail?: boolean;
  /** It goes from hand to hand, and has further to go. */
  readonly handedOver?: boolean;
}

export interface MadeLink {
  /** Known now and never again: we keep only its hash. */
  readonly code: string;
  readonly ends: Date;
}

/** Makes a link. An earlier one of the same kind, of the same person, ends. */
export async function makeLink(
  trx: Db,
  { kind, email, accountId, byMail = true, handedOver = false }: NewLink,
  now: Date,
): Promise<MadeLink> {
  const code = `lkl_${randomBytes(32).toString('base64url')}`;
  const ends = new Date(now.getTime() + (handedOver ? HANDED_OVER : LIFETIMES[kind]));
  const link = {
    code_hash: hashOf(code),
    account_id: accountId ?? null,
    email,
    by_mail: byMail,
    created_at: now,
    expires_at: ends,
  };
  await trx
    .insertInto('account_links')
    .values({ kind, subject: accountId ?? emailKey(email), ...link })
    .onConflict((conflict) => conflict.columns(['kind', 'subject']).doUpdateSet(link))
    .execute();
  return { code, ends };
}

/** A link that is good, without using it up. */
export function findLink(db: Db, kind: LinkKind, code: string, now: Date): Promise<AccountLink | undefined> {
  return db
    .selectFrom('account_links')
    .selectAll()
    .where('kind', '=', kind)
    .where('code_hash', '=', hashOf(code))
    .where('expires_at', '>', now)
    .executeTakeFirst();
}

/** Uses a link up. One statement, so that of several who come at once with the same code one goes on. */
export function spendLink(trx: Db, kind: LinkKind, code: string, now: Date): Promise<AccountLink | undefined> {
  return trx
    .deleteFrom('account_links')
    .where('kind', '=', kind)
    .where('code_hash', '=', hashOf(code))
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();
}

/** Ends what was sent to a person before their password or address changed, or before they were stopped. */
export async function endLinks(trx: Db, accountId: string): Promise<void> {
  await trx.deleteFrom('account_links').where('account_id', '=', accountId).execute();
}

export async function deleteExpiredLinks(db: Db, now: Date, batch: number): Promise<number> {
  const expired = db.selectFrom('account_links').select('code_hash').where('expires_at', '<', now).limit(batch);
  const result = await db.deleteFrom('account_links').where('code_hash', 'in', expired).executeTakeFirst();
  return Number(result.numDeletedRows);
}
