import type { Context } from 'koa';
import { countRecoveryCodes, hasSecondFactor } from '../../accounts/factors/find-factors.ts';
import { makeRecoveryCodes } from '../../accounts/factors/recovery-codes.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import type { Area } from '../parts.ts';
import { asksAgain } from '../sign-in.ts';
import { visitorOf } from '../visits.ts';

const PATH = '/account/factors/recovery-codes';
export const SECURITY = '/account/security';

export const securityCrumbs = () => [
  { href: '/account', label: t('account.title') },
  { href: SECURITY, label: t('account.security') },
];

/** Recovery codes: shown once when they are made, and then counted. */
export function addRecoveryCodes(area: Area): void {
  const { router, db, page } = area;

  router.get(PATH, async (ctx) => {
    const { account } = visitorOf(ctx);
    if (!(await hasSecondFactor(db, account.id))) return redirect(ctx, SECURITY);
    const left = await countRecoveryCodes(db, account.id);
    await page(ctx, 'account/recovery-codes', (flash) => {
      const made = flash.recoveryCodes as { accountId: string; codes: readonly string[] } | undefined;
      const codes = made?.accountId === account.id ? made.codes : undefined;
      return { codes: codes?.join('\n'), left: t('factors.recoveryCodesLeft', { left }) };
    });
  });

  router.post(PATH, async (ctx) => {
    if (!asksAgain(ctx, PATH)) await makeAndShow(area, ctx);
  });
}

/** Somebody who has their first second factor gets recovery codes with it. */
export async function goOnWithCodes(area: Area, ctx: Context, notice: string): Promise<void> {
  if ((await countRecoveryCodes(area.db, visitorOf(ctx).account.id)) === 0) return makeAndShow(area, ctx, notice);
  await area.visits.leave(ctx, { notice });
  redirect(ctx, SECURITY);
}

async function makeAndShow({ db, outbox, visits }: Area, ctx: Context, notice?: string): Promise<void> {
  const { account, by } = visitorOf(ctx);
  const codes = await makeRecoveryCodes(db, outbox, account, by);
  await visits.leave(ctx, { recoveryCodes: { accountId: account.id, codes }, ...(notice ? { notice } : {}) });
  redirect(ctx, PATH);
}
