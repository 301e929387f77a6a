import { endOtherSessions, endOwnSession, listOwnSessions, type OwnSession } from '../../accounts/own/sessions.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { fromNow, inDate } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { accountFrame } from './frame.ts';

const PATH = '/account/sessions';

/** Where a person is signed in, and the way out of each. */
export function addSessions({ router, db, page, visits }: Area): void {
  router.get(PATH, async (ctx) => {
    const { account, by, portal } = visitorOf(ctx);
    const sessions = await listOwnSessions(db, { accountId: account.id, portal }, by);
    await page(ctx, 'account/sessions', {
      ...accountFrame(ctx),
      sessions: sessions.map((session) => sessionInWords(session, by.now, PATH)),
      hasOthers: sessions.some(({ isThis }) => !isThis),
    });
  });

  router.post(`${PATH}/end-others`, async (ctx) => {
    const { account, by, portal } = visitorOf(ctx);
    await endOtherSessions(db, { accountId: account.id, portal }, by);
    await visits.leave(ctx, { notice: t('account.othersEnded') });
    redirect(ctx, PATH);
  });

  router.post(`${PATH}/:session/end`, async (ctx) => {
    const { account, by } = visitorOf(ctx);
    await endOwnSession(db, { accountId: account.id, session: String(ctx.params.session) }, by);
    await visits.leave(ctx, { notice: t('account.sessionEnded') });
    redirect(ctx, PATH);
  });
}

/** @param base below which each is ended */
export function sessionInWords(
  { id, browser, system, network, since, seen, isThis }: OwnSession,
  now: Date,
  base: string,
) {
  const where = browser && system ? t('account.browserOn', { browser, system }) : browser || system;
  return {
    where: where || t('account.unknownBrowser'),
    network,
    since: inDate(since),
    seen: fromNow(seen, now),
    isThis,
    end: `${base}/${id}/end`,
  };
}
