import { createHash, randomBytes } from 'node:crypto';
import type { Db } from '../db/connections/connection.ts';
import { keyFromBearer, sealWith, unsealWith } from '../keys/sealing/seal.ts';

const PURPOSE = 'latchkey portal session';
const FLASH_PURPOSE = 'latchkey portal flash';

/** What a visit holds; sealed at rest with a key from the cookie's value, of which we keep just the hash. */
export interface PortalSession {
  /** A sign-in that is under way: what openid-client needs to check its answer. */
  readonly pending?: {
    readonly state: string;
    readonly nonce: string;
    readonly codeVerifier: string;
    /** The path to go to afterwards. */
    readonly returnTo: string;
  };
  readonly accountId?: string;
  /** When the person gave their password last, in seconds since 1970. */
  readonly authTime?: number | undefined;
}

/** The person's sign-in epoch when the session began; the session ends when the epoch goes up. */
export async function signInEpochOf(db: Db, accountId: string): Promise<number | undefined> {
  const row = await db.selectFrom('accounts').select('sign_in_epoch').where('id', '=', accountId).executeTakeFirst();
  return row?.sign_in_epoch;
}

/** How often it is noted that somebody is there, at most. */
const SEEN_EVERY = 5 * 60_000;

/** The name of a session in the database. */
export const hashOf = (id: string) => createHash('sha256').update(id).digest();

interface Life {
  readonly now: Date;
  readonly seconds: number;
  readonly epoch?: number | undefined;
  /** The sign-in that it comes from. */
  readonly signInHash?: Uint8Array | undefined;
  readonly from: { readonly browser: string; readonly system: string; readonly network: string };
}

/** Starts a session under a new id. @returns the id, for the cookie */
export async function startSession(db: Db, session: PortalSession, life: Life): Promise<string> {
  const id = randomBytes(32).toString('base64url');
  await db
    .insertInto('portal_sessions')
    .values({
      id_hash: hashOf(id),
      account_id: session.accountId ?? null,
      sign_in_epoch: life.epoch ?? null,
      sign_in_hash: life.signInHash ?? null,
      ...life.from,
      seen_at: life.now,
      sealed: sealWith(keyFromBearer(id, PURPOSE), PURPOSE, Buffer.from(JSON.stringify(session))),
      created_at: life.now,
      expires_at: new Date(life.now.getTime() + life.seconds * 1000),
    })
    .execute();
  return id;
}

export async function findSession(db: Db, id: string | undefined, now: Date): Promise<PortalSession | undefined> {
  if (!id) return undefined;
  const row = await db
    .selectFrom('portal_sessions')
    .leftJoin('accounts', 'accounts.id', 'portal_sessions.account_id')
    .select(['sealed', 'seen_at'])
    .where('id_hash', '=', hashOf(id))
    .where('expires_at', '>', now)
    .where(({ or, eb, ref }) =>
      or([
        eb('portal_sessions.sign_in_epoch', 'is', null),
        eb('portal_sessions.sign_in_epoch', '=', ref('accounts.sign_in_epoch')),
      ]),
    )
    .executeTakeFirst();
  if (!row) return undefined;
  if (now.getTime() - (row.seen_at?.getTime() ?? 0) > SEEN_EVERY) {
    await db.updateTable('portal_sessions').set({ seen_at: now }).where('id_hash', '=', hashOf(id)).execute();
  }
  return JSON.parse(unsealWith(keyFromBearer(id, PURPOSE), PURPOSE, row.sealed).toString()) as PortalSession;
}

/** Puts something else in place of what a session holds; its id and its life stay. */
export async function replaceSession(db: Db, id: string, session: PortalSession): Promise<void> {
  const sealed = sealWith(keyFromBearer(id, PURPOSE), PURPOSE, Buffer.from(JSON.stringify(session)));
  await db.updateTable('portal_sessions').set({ sealed }).where('id_hash', '=', hashOf(id)).execute();
}

/** What a page says once after a form was sent: a sentence, or a credential that is never shown again. */
export type Flash = Readonly<Record<string, unknown>>;

/** Leaves something for the next page of the visit. */
export async function leaveFlash(db: Db, id: string, flash: Flash): Promise<void> {
  const sealed = sealWith(keyFromBearer(id, PURPOSE), FLASH_PURPOSE, Buffer.from(JSON.stringify(flash)));
  await db.updateTable('portal_sessions').set({ sealed_flash: sealed }).where('id_hash', '=', hashOf(id)).execute();
}

/** Takes it, once: of two pages that ask at the same time one gets it. */
export async function takeFlash(db: Db, id: string): Promise<Flash | undefined> {
  const waiting = db
    .selectFrom('portal_sessions')
    .select(['id_hash', 'sealed_flash'])
    .where('id_hash', '=', hashOf(id))
    .where('sealed_flash', 'is not', null)
    .forUpdate();
  const row = await db
    .with('waiting', () => waiting)
    .updateTable('portal_sessions')
    .from('waiting')
    .set({ sealed_flash: null })
    .whereRef('portal_sessions.id_hash', '=', 'waiting.id_hash')
    .returning('waiting.sealed_flash')
    .executeTakeFirst();
  if (!row?.sealed_flash) return undefined;
  return JSON.parse(unsealWith(keyFromBearer(id, PURPOSE), FLASH_PURPOSE, row.sealed_flash).toString()) as Flash;
}

export async function endSession(db: Db, id: string | undefined): Promise<void> {
  if (id) await db.deleteFrom('portal_sessions').where('id_hash', '=', hashOf(id)).execute();
}

export async function deleteExpiredSessions(db: Db, now: Date, batch: number): Promise<number> {
  const expired = db.selectFrom('portal_sessions').select('id_hash').where('expires_at', '<', now).limit(batch);
  const result = await db.deleteFrom('portal_sessions').where('id_hash', 'in', expired).executeTakeFirst();
  return Number(result.numDeletedRows);
}
