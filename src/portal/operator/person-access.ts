import { endSessionsFor, listSessionsOf, requireNewPassword } from '../../accounts/from-above.ts';
import { giveReset } from '../../accounts/links/reset.ts';
import { requirePerson } from '../../accounts/people.ts';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';
import { sessionInWords } from '../account/sessions.ts';
import { redirect } from '../answers.ts';
import { addConfirmation } from '../confirm.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame, requireChange } from './frame.ts';
import { hrefOf, idOf } from './person-ends.ts';

const PERSON = '/operator/people/:person';

const unlessGone = (error: unknown) => {
  if (!(error instanceof AppError && error.code === 'not_found')) throw error;
};

/** What administrators do about how a person gets in: a link for a new password, and their sessions. */
export function addPersonAccess(area: Area): void {
  const { router, db, outbox, page, visits, sendsMail } = area;

  router.post(`${PERSON}/reset-link`, async (ctx) => {
    const { url } = await giveReset(db, outbox, { accountId: idOf(ctx), byMail: sendsMail }, visitorOf(ctx).by);
    await visits.leave(ctx, { notice: t(url ? 'operator.linkMade' : 'operator.linkSent'), ...(url && { link: url }) });
    redirect(ctx, hrefOf(ctx));
  });
  router.post(`${PERSON}/reset-link/by-hand`, async (ctx) => {
    const { url } = await giveReset(db, outbox, { accountId: idOf(ctx), byMail: false }, visitorOf(ctx).by);
    await visits.leave(ctx, { notice: t('operator.linkMade'), link: url });
    redirect(ctx, hrefOf(ctx));
  });

  addConfirmation(area, `${PERSON}/new-password`, {
    async ask(ctx) {
      requireChange(ctx);
      const { name } = await requirePerson(db, idOf(ctx), visitorOf(ctx).by);
      return {
        crumbs: [
          { href: '/operator/people', label: t('operator.people') },
          { href: hrefOf(ctx), label: name },
        ],
        cancel: hrefOf(ctx),
        title: t('operator.newPasswordAsk', { name }),
        consequences: [t('operator.newPasswordEffect'), t('operator.newPasswordGoesOn')],
        button: t('operator.newPassword'),
      };
    },
    async act(ctx) {
      await requireNewPassword(db, outbox, idOf(ctx), visitorOf(ctx).by);
      return { notice: t('operator.newPasswordAsked'), to: hrefOf(ctx) };
    },
  });

  router.get(`${PERSON}/sessions`, async (ctx) => {
    requireChange(ctx, 'platform.read');
    const { by } = visitorOf(ctx);
    const id = idOf(ctx);
    const person = await requirePerson(db, id, by);
    const sessions = await listSessionsOf(db, id, by);
    const base = `${hrefOf(ctx)}/sessions`;
    await page(ctx, 'operator/sessions', {
      ...operatorFrame(ctx),
      name: person.name,
      href: hrefOf(ctx),
      sessions: sessions.map((session) => sessionInWords(session, by.now, base)),
    });
  });
  router.post(`${PERSON}/sessions/:session/end`, async (ctx) => {
    const session = String(ctx.params.session);
    requireChange(ctx);
    await requirePerson(db, idOf(ctx), visitorOf(ctx).by);
    // One that has ended meanwhile is what was wanted.
    await endSessionsFor(db, outbox, { accountId: idOf(ctx), session }, visitorOf(ctx).by).catch(unlessGone);
    await visits.leave(ctx, { notice: t('account.sessionEnded') });
    redirect(ctx, `${hrefOf(ctx)}/sessions`);
  });
}
