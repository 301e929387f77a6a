import type { Transporter } from 'nodemailer';
import { encodeWord } from 'nodemailer/lib/mime-funcs';
import type { Logger } from 'pino';
import { findBranding } from '../branding/branding.ts';
import type { MasterKey } from '../config.ts';
import type { Db } from '../db/connections/connection.ts';
import { withLease } from '../db/leases.ts';
import { mailContext } from '../keys/sealing/contexts.ts';
import { unseal } from '../keys/sealing/seal.ts';
import { dressOf } from './dress.ts';
import { oneLine } from './outbox.ts';
import { explain, isForGood, isServerFailure } from './refusals.ts';

const BATCH = 10;
/** Longer than a batch takes when the server is slow with each mail. */
const LEASE_SECONDS = 600;
/** Seconds until the next attempt, by how many there were. */
const DELAYS = [60, 300, 900, 3600, 10_800];
const delayAfter = (attempts: number) => DELAYS[Math.min(attempts, DELAYS.length - 1)] ?? 0;
/** Seconds for which a failure of one mail keeps the others waiting. */
const MOST_HELD_BACK = 300;

export interface DeliveryParts {
  readonly db: Db;
  readonly masterKeys: readonly MasterKey[];
  readonly transport: Transporter;
  /** Whose host ends the Message-ID. */
  readonly issuer: string;
  readonly clock: () => Date;
  readonly log: Logger;
  /** When the process is about to end: the mail under way is the last. */
  readonly signal: AbortSignal;
  /** Told of each attempt. */
  readonly onAttempt: (outcome: Outcome) => void;
}

/** What came of an attempt: `refused` is for good, `failed` for now. */
export type Outcome = 'sent' | 'failed' | 'refused';

/**
 * Sends what is due, in one process at a time. An attempt is noted before it is made, so that a crash in the middle of
 * it does not lead to another at once; a mail that the server accepted without our hearing of it is sent again, under
 * the same Message-ID.
 * @returns how many were sent
 */
export async function sendDueMail(parts: DeliveryParts): Promise<number> {
  const { db, clock } = parts;
  if ((await findDue(db, clock())).length === 0) return 0;
  let sent = 0;
  await withLease(db, { name: 'mail', seconds: LEASE_SECONDS, now: clock() }, async () => {
    for (const { id, attempts } of await findDue(db, clock())) {
      const outcome = await attempt(parts, id, attempts);
      if (outcome === 'sent') sent += 1;
      if (outcome === 'server failed' || parts.signal.aborted) break;
    }
  });
  return sent;
}

function findDue(db: Db, now: Date) {
  return db
    .selectFrom('mail_outbox')
    .select(['id', 'attempts'])
    .where('sent_at', 'is', null)
    .where('failed_at', 'is', null)
    .where('next_attempt_at', '<=', now)
    .where('give_up_at', '>', now)
    .orderBy('next_attempt_at')
    .limit(BATCH)
    .execute();
}

async function attempt(parts: DeliveryParts, id: string, attempts: number) {
  const { db, masterKeys, transport, issuer, clock, log, onAttempt } = parts;
  const mail = await claim(db, id, attempts, clock());
  if (!mail) return 'taken';
  try {
    const text = unseal(masterKeys, mailContext(id), mail.sealed_text);
    await transport.sendMail({
      to: { address: mail.recipient, name: '' },
      subject: literal(mail.subject),
      text,
      ...dressOf(text, await findBranding(db), issuer),
      messageId: `<${id}@${new URL(issuer).hostname}>`,
      date: mail.created_at,
      // RFC 3834 §5: nobody's holiday notice answers it.
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  } catch (error) {
    await saveFailure(db, id, error, clock());
    onAttempt(isForGood(error) ? 'refused' : 'failed');
    log.warn({ mail: id, attempts: attempts + 1, code: (error as { code?: string }).code }, 'mail not sent');
    if (!isServerFailure(error)) return 'failed';
    await holdBack(db, attempts, clock());
    return 'server failed';
  }
  await db.updateTable('mail_outbox').set({ sent_at: clock(), last_error: null }).where('id', '=', id).execute();
  onAttempt('sent');
  return 'sent';
}

/** What looks like an encoded word (RFC 2047) is encoded, so that it is read as it was written. */
const literal = (subject: string) => (subject.includes('=?') ? encodeWord(subject, 'B', 52) : subject);

/**
 * When the server refuses everything, one mail at a time tries, less and less often: a client that fails to sign in
 * every few seconds gets locked out. Mail that is written meanwhile makes an attempt of its own.
 */
async function holdBack(db: Db, attempts: number, now: Date): Promise<void> {
  const seconds = Math.min(delayAfter(attempts), MOST_HELD_BACK);
  await db
    .updateTable('mail_outbox')
    .set({ next_attempt_at: new Date(now.getTime() + seconds * 1000) })
    .where('sent_at', 'is', null)
    .where('failed_at', 'is', null)
    .where('next_attempt_at', '<=', now)
    .execute();
}

/** One statement, so that an attempt is made by one process, whatever becomes of the lease. */
function claim(db: Db, id: string, attempts: number, now: Date) {
  const delay = delayAfter(attempts);
  return db
    .updateTable('mail_outbox')
    .set({ attempts: attempts + 1, next_attempt_at: new Date(now.getTime() + delay * 1000) })
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('sent_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

async function saveFailure(db: Db, id: string, error: unknown, now: Date): Promise<void> {
  const said = oneLine(explain(error)).slice(0, 400);
  await db
    .updateTable('mail_outbox')
    .set({ last_error: said, ...(isForGood(error) ? { failed_at: now } : {}) })
    .where('id', '=', id)
    .execute();
}
