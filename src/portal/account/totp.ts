import type { Context } from 'koa';
import { qrCodeOf } from '../../accounts/factors/qr-code.ts';
import { beginTotp, confirmTotp, removeTotp } from '../../accounts/factors/totp.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { addConfirmation } from '../confirm.ts';
import { emptyForm, type FormState, fieldsOf, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { asksAgain } from '../sign-in.ts';
import { browserOf, visitorOf } from '../visits.ts';
import { goOnWithCodes, SECURITY, securityCrumbs } from './recovery-codes.ts';

const PATH = '/account/factors/totp';

/** Setting up an authenticator app, and removing it. */
export function addTotp(area: Area): void {
  const { router, db, masterKeys, outbox, page } = area;

  const show = async (ctx: Context, form: FormState) => {
    const { account, by } = visitorOf(ctx);
    const begun = await beginTotp(db, masterKeys, { owner: account, visit: browserOf(ctx) }, by.now);
    if (!begun) return redirect(ctx, SECURITY);
    await page(ctx, 'account/totp', { form, seed: begun.seed, qr: qrCodeOf(begun.address), email: account.email });
  };

  router.get(PATH, async (ctx) => {
    if (!asksAgain(ctx, PATH)) await show(ctx, emptyForm);
  });

  router.post(PATH, async (ctx) => {
    if (asksAgain(ctx, PATH)) return;
    const { account: owner, by } = visitorOf(ctx);
    const code = textOf(fieldsOf(ctx).code).replace(/\s/g, '').slice(0, 20);
    if (!(await confirmTotp(db, { masterKeys, outbox }, { owner, visit: browserOf(ctx), code }, by))) {
      ctx.status = 400;
      return show(ctx, { ...emptyForm, problems: { code: t('factors.confirmWrong') } });
    }
    await goOnWithCodes(area, ctx, t('factors.totpIsOn'));
  });

  addConfirmation(area, `${PATH}/remove`, {
    first: (ctx) => asksAgain(ctx, `${PATH}/remove`),
    ask: async () => ({
      crumbs: securityCrumbs(),
      cancel: SECURITY,
      title: t('factors.removeTotpAsk'),
      consequences: [t('factors.removeTotpEnds'), t('factors.removeEnds')],
      button: t('factors.remove'),
    }),
    async act(ctx) {
      const { account, by } = visitorOf(ctx);
      await removeTotp(db, outbox, account, by);
      return { notice: t('factors.totpRemoved'), to: SECURITY };
    },
  });
}
