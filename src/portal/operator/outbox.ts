import type { Context } from 'koa';
import {
  countFailed,
  countMail,
  findMail,
  KEEP_MAIL_DAYS,
  type ListedMail,
  listMail,
  MAIL_STATES,
  MailQuery,
} from '../../mail/mail-lists.ts';
import { resendMail, type Unsent } from '../../mail/resend.ts';
import type { Badge } from '../../views/models/apps.ts';
import { redirect } from '../answers.ts';
import { type Choice, leadOn, readList } from '../lists.ts';
import { counted, fromNow, inMoment } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame } from './frame.ts';

const SORTS = [
  { sort: '-created', label: 'Newest first' },
  { sort: 'recipient', label: 'Recipient' },
];

const STATE: Choice = {
  name: 'state',
  label: 'State',
  any: 'All',
  options: MAIL_STATES.map((state) => ({ value: state, label: state })),
};

/** Mail that waits, was sent or was refused. */
export function addOutbox({ router, db, page, visits, outbox, sendsMail }: Area): void {
  router.get('/operator/outbox', async (ctx) => {
    const { by } = visitorOf(ctx);
    const query = readList(ctx, MailQuery);
    const [mails, count] = await Promise.all([listMail(db, query, by), countMail(db, query, by)]);
    await page(ctx, 'operator/outbox', {
      ...operatorFrame(ctx),
      mails: mails.rows.map((mail) => ({ ...present(mail, by.now), href: `/operator/outbox/${mail.id}` })),
      list: leadOn(ctx, mails, { query, count, noun: 'mail', sorts: SORTS, usual: '-created', filters: [STATE] }),
      failed: sendsMail ? await countFailed(db, by) : 0,
      kept: `Mail is kept for ${counted(KEEP_MAIL_DAYS, 'day')}.`,
      advice: sendsMail ? undefined : 'SMTP_URL is not set, so no mail goes out: it stays here.',
    });
  });

  router.get('/operator/outbox/:mail', async (ctx) => {
    const { by } = visitorOf(ctx);
    const { text, ...mail } = await findMail(db, outbox, String(ctx.params.mail), by);
    const href = `/operator/outbox/${mail.id}`;
    await page(ctx, 'operator/mail', { ...operatorFrame(ctx), ...present(mail, by.now), text, href });
  });

  const again = async (ctx: Context, which: Unsent, back: string) => {
    const count = await resendMail(db, which, visitorOf(ctx).by);
    await visits.leave(ctx, { notice: count === 1 ? 'The mail is sent again.' : `${count} mails are sent again.` });
    redirect(ctx, back);
  };
  router.post('/operator/outbox/resend', (ctx) => again(ctx, 'failed', '/operator/outbox'));
  router.post('/operator/outbox/:mail/resend', (ctx) => {
    const id = String(ctx.params.mail);
    return again(ctx, { id }, `/operator/outbox/${encodeURIComponent(id)}`);
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
    unsent: state !== 'sent',
    written: inMoment(mail.createdAt),
    sent: sentAt ? inMoment(sentAt) : '',
    problem: mail.lastError ? `${mail.lastError} (${counted(attempts, 'attempt')}).${next}` : '',
  };
}
