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
import { type TextKey, t } from '../../texts/texts.ts';
import type { Badge } from '../../views/models/apps.ts';
import { redirect } from '../answers.ts';
import { picksOf } from '../bulk.ts';
import { type Choice, leadOn, readList } from '../lists.ts';
import { fromNow, inMoment } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame } from './frame.ts';
import { meaningOfFailure } from './mail-failure.ts';

const sorts = () => [
  { sort: '-created', label: t('lists.newestFirst') },
  { sort: 'recipient', label: t('operator.recipient') },
];

const stateChoice = (): Choice => ({
  name: 'state',
  label: t('operator.mailState'),
  any: t('lists.all'),
  options: MAIL_STATES.map((state) => ({ value: state, label: t(STATES[state].text) })),
});

/** Mail that waits, was sent or was refused. */
export function addOutbox({ router, db, page, visits, outbox, sendsMail }: Area): void {
  router.get('/operator/outbox', async (ctx) => {
    const { by } = visitorOf(ctx);
    const query = readList(ctx, MailQuery);
    const [mails, count] = await Promise.all([listMail(db, query, by), countMail(db, query, by)]);
    await page(ctx, 'operator/outbox', {
      ...operatorFrame(ctx),
      mails: mails.rows.map((mail) => ({
        ...present(mail, by.now),
        href: `/operator/outbox/${mail.id}`,
        pick: mail.id,
      })),
      list: leadOn(ctx, mails, {
        query,
        count,
        noun: 'mail',
        sorts: sorts(),
        usual: '-created',
        filters: [stateChoice()],
      }),
      failed: sendsMail ? await countFailed(db, by) : 0,
      keptDays: KEEP_MAIL_DAYS,
      advice: sendsMail ? undefined : t('operator.outboxOff'),
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
    await visits.leave(ctx, { notice: t('operator.mailsAgain', { count }) });
    redirect(ctx, back);
  };
  router.post('/operator/outbox/resend', (ctx) => again(ctx, 'failed', '/operator/outbox'));
  router.post('/operator/outbox/resend-chosen', (ctx) => again(ctx, { ids: picksOf(ctx) }, '/operator/outbox'));
  router.post('/operator/outbox/:mail/resend', (ctx) => {
    const id = String(ctx.params.mail);
    return again(ctx, { id }, `/operator/outbox/${encodeURIComponent(id)}`);
  });
}

const STATES = {
  sent: { text: 'operator.stateSent', tone: 'good' },
  waiting: { text: 'operator.stateWaiting', tone: 'warn' },
  refused: { text: 'operator.stateRefused', tone: 'bad' },
  'given up': { text: 'operator.stateGivenUp', tone: 'bad' },
} as const satisfies Record<ListedMail['state'], { text: TextKey; tone: Badge['tone'] }>;

function present(mail: ListedMail, now: Date) {
  const { state, attempts, nextAttemptAt, sentAt } = mail;
  const next = state === 'waiting' && attempts > 0 ? t('operator.mailNext', { when: fromNow(nextAttemptAt, now) }) : '';
  return {
    to: mail.recipient,
    subject: mail.subject,
    badge: { text: t(STATES[state].text), tone: STATES[state].tone },
    unsent: state !== 'sent',
    written: inMoment(mail.createdAt),
    sent: sentAt ? inMoment(sentAt) : '',
    problem: mail.lastError
      ? {
          meaning: meaningOfFailure(mail.lastError),
          said: mail.lastError,
          tries: t('operator.mailFailedTries', { attempts, next }),
        }
      : undefined,
  };
}
