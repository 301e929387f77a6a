import type { Context } from 'koa';
import { askForAddress, askForVerification } from '../../accounts/links/address.ts';
import { AppError } from '../../errors.ts';
import { emailAddress } from '../../names/addresses.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { emptyForm, type FormState, fieldsOf, firstForm, refusedForm } from '../forms.ts';
import { countHere, mayMail } from '../links/parts.ts';
import type { Area } from '../parts.ts';
import { asksAgain } from '../sign-in.ts';
import { visitorOf } from '../visits.ts';
import { accountFrame } from './frame.ts';

const PATH = '/account/address';

/** One's address: confirming it, and having another one, which the new one confirms. */
export function addAddress(area: Area): void {
  const { router, db, outbox, page, visits, sendsMail } = area;
  const show = (ctx: Context, form: FormState) =>
    page(ctx, 'account/address', { ...accountFrame(ctx), form, email: visitorOf(ctx).account.email, sendsMail });

  router.get(PATH, async (ctx) => {
    if (!asksAgain(ctx, PATH)) await show(ctx, firstForm(ctx));
  });

  router.post(PATH, async (ctx) => {
    if (asksAgain(ctx, PATH)) return;
    const { account, by } = visitorOf(ctx);
    const read = emailAddress(() => t('refusals.giveAddress')).safeParse(fieldsOf(ctx).email);
    const refuse = (problem: string) => {
      ctx.status = 400;
      return show(ctx, { values: fieldsOf(ctx), problems: { email: problem } });
    };
    if (!sendsMail) return show(ctx, emptyForm);
    if (!read.success) return refuse(read.error.issues[0]?.message ?? '');
    await countHere(area, ctx);
    const email = read.data;
    try {
      if (await mayMail(area, email)) await askForAddress(db, outbox, { account, email }, by);
    } catch (error) {
      const { problems } = refusedForm(ctx, error);
      return refuse(problems.form ?? '');
    }
    await visits.leave(ctx, { notice: t('links.addressSent', { email }) });
    redirect(ctx, '/account');
  });

  router.post('/account/verification', async (ctx) => {
    const { account, by } = visitorOf(ctx);
    if (!sendsMail || account.email_verified_at)
      throw new AppError('conflict', { detail: t('links.nothingToConfirm') });
    await countHere(area, ctx);
    if (await mayMail(area, account.email)) await askForVerification(db, outbox, account, by);
    await visits.leave(ctx, { notice: t('links.verifySent', { email: account.email }) });
    redirect(ctx, '/account');
  });
}
