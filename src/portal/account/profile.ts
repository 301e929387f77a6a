import type { Context } from 'koa';
import { changeOwnName } from '../../accounts/own/name.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { type FormState, fieldsOf, firstForm, formVersion, refusedForm, textOf, versionOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { accountFrame } from './frame.ts';

/** What others see of a person. */
export function addProfile({ router, db, page, visits }: Area): void {
  const show = (ctx: Context, form: FormState) => {
    const { name, email, version } = visitorOf(ctx).account;
    return page(ctx, 'account/profile', {
      ...accountFrame(ctx),
      form,
      name,
      email,
      version: formVersion(ctx, version),
    });
  };

  router.get('/account/profile', (ctx) => show(ctx, firstForm(ctx)));
  router.post('/account/profile', async (ctx) => {
    const { account, by } = visitorOf(ctx);
    const fields = fieldsOf(ctx);
    try {
      const change = { accountId: account.id, name: textOf(fields.name), version: versionOf(fields) };
      await changeOwnName(db, change, by);
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      return show(ctx, form);
    }
    await visits.leave(ctx, { notice: t('account.saved') });
    redirect(ctx, '/account/profile');
  });
}
