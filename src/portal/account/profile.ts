import type { Context } from 'koa';
import { isFromAbove } from '../../access.ts';
import { changeOwnProfile } from '../../accounts/own/profile.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { profileFieldsOf } from '../forms/profile-fields.ts';
import { type FormState, fieldsOf, firstForm, formVersion, refusedForm, textOf, versionOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { accountFrame } from './frame.ts';

/** What others see of a person. */
export function addProfile({ router, db, page, visits }: Area): void {
  const show = (ctx: Context, form: FormState) => {
    const { account, by } = visitorOf(ctx);
    const { name, email, version, profile } = account;
    return page(ctx, 'account/profile', {
      ...accountFrame(ctx),
      form,
      name,
      email,
      profile,
      usernameStays: profile.preferred_username !== undefined && !isFromAbove(by),
      version: formVersion(ctx, version),
    });
  };

  router.get('/account/profile', (ctx) => show(ctx, firstForm(ctx)));
  router.post('/account/profile', async (ctx) => {
    const { account, by } = visitorOf(ctx);
    const fields = fieldsOf(ctx);
    try {
      const said = { name: textOf(fields.name), ...profileFieldsOf(fields) };
      await changeOwnProfile(db, { accountId: account.id, ...said, version: versionOf(fields) }, by);
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      return show(ctx, form);
    }
    await visits.leave(ctx, { notice: t('account.saved') });
    redirect(ctx, '/account/profile');
  });
}
