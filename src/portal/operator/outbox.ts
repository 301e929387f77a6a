import type { Badge } from '../../http/views/apps.ts';
import { findMail, KEEP_MAIL_DAYS, type ListedMail, listMail } from '../../mail/mail-lists.ts';
import { leadOn, listRequest } from '../lists.ts';
import { counted, fromNow, inMoment } from '../moments.ts';
import type { Area } from '../routes.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame } from './frame.ts';

/** Mail that waits, was sent or was refused. */
export function addOutbox({ router, db, page, outbox, sendsMail }: Area): void {
  router.get('/operator/outbox', async (ctx) => {
    const { by } = visitorOf(ctx);
    const mails = await listMail(db, listRequest(ctx), by);
    await page(ctx, 'operator/outbox', {
      ...operatorFrame(ctx),
      mails: mails.rows.map((mail) => ({ ...present(mail, by.now), href: `/operator/outbox/${mail.id}` })),
      list: leadOn(ctx, mails),
      kept: `Mail is kept for ${counted(KEEP_MAIL_DAYS, 'day')}.`,
      advice: sendsMail ? undefined : 'SMTP_URL is not set, so no mail goes out: it stays here.',
    });
  });

  router.get('/operator/outbox/:mail', async (ctx) => {
    const { by } = visitorOf(ctx);
    const { text, ...mail } = await findMail(db, outbox, String(ctx.params.mail), by);
    await page(ctx, 'operator/mail', { ...operatorFrame(ctx), ...present(mail, by.now), text });
  });
}

const TONES: Record<ListedMail['state'], Badge['tone']> = {
  sent: 'good',
  waiting: 'warn',
  refused: 'bad',
  'given up': 'bad',
};

function present(mail: ListedMail, now: Date) {
  const { state, attempts, nextAttemptAt, sentAt } = mail;
  const next = state === 'waiting' && attempts > 0 ? ` The next attempt is ${fromNow(nextAttemptAt, now)}.` : '';
  return {
    to: mail.recipient,
    subject: mail.subject,
    badge: { text: state, tone: TONES[state] },
    written: inMoment(mail.createdAt),
    sent: sentAt ? inMoment(sentAt) : '',
    problem: mail.lastError ? `${mail.lastError} (${counted(attempts, 'attempt')}).${next}` : '',
  };
}
