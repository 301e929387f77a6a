import type { Context } from 'koa';
import { changeSignUpPolicy, MODES, readSignUpPolicy } from '../../accounts/sign-up/policy.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { type FormState, fieldsOf, firstForm, refusedForm, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame, requireChange } from './frame.ts';

const PATH = '/operator/sign-up';

/** Who may make an account by themselves. */
export function addSignUpPolicy({ router, db, page, visits, sendsMail }: Area): void {
  const show = async (ctx: Context, form: FormState) => {
    const policy = await readSignUpPolicy(db, visitorOf(ctx).by);
    const mode = textOf(form.values.mode) || policy.mode;
    await page(ctx, 'operator/sign-up', {
      ...operatorFrame(ctx),
      form,
      sendsMail,
      domains: policy.domains.join('\n'),
      modes: MODES.map((value) => ({ value, label: t(`operator.signUp_${value}`), chosen: value === mode })),
    });
  };

  router.get(PATH, async (ctx) => {
    requireChange(ctx, 'platform.read');
    await show(ctx, firstForm(ctx));
  });
  router.post(PATH, async (ctx) => {
    const fields = fieldsOf(ctx);
    const domains = textOf(fields.domains)
      .split(/[\s,]+/)
      .filter((domain) => domain !== '');
    try {
      const mode = textOf(fields.mode) as (typeof MODES)[number];
      await changeSignUpPolicy(db, { mode, domains }, visitorOf(ctx).by);
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      return show(ctx, form);
    }
    await visits.leave(ctx, { notice: t('operator.signUpSaved') });
    redirect(ctx, PATH);
  });
}
