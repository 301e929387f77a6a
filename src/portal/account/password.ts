import type { Context } from 'koa';
import { changeOwnPassword } from '../../accounts/own/password.ts';
import { Statement } from '../../db/statement.ts';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { emptyForm, type FormState, fieldsOf, refusedForm, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { asksAgain, SESSION_SECONDS } from '../sign-in.ts';
import { visitorOf } from '../visits.ts';
import { accountFrame } from './frame.ts';

const PATH = '/account/password';

/** Changing one's password. All sessions end with it, and this visit goes on under a new id. */
export function addPassword({ router, db, outbox, guesses, page, visits }: Area): void {
  const show = (ctx: Context, form: FormState) =>
    page(ctx, 'account/password', { ...accountFrame(ctx), form, email: visitorOf(ctx).account.email });

  router.get(PATH, async (ctx) => {
    if (!asksAgain(ctx, PATH)) await show(ctx, emptyForm);
  });

  router.post(PATH, async (ctx) => {
    if (asksAgain(ctx, PATH)) return;
    const { account, by, authTime } = visitorOf(ctx);
    const fields = fieldsOf(ctx);
    const { wait } = await guesses.begin(ctx, account.email);
    if (wait) throw new AppError('too_many_requests', { retryAfter: wait });
    const change = { account, current: textOf(fields.current), password: textOf(fields.password) };
    const verdict = await changeOwnPassword(db, outbox, change, by).catch((error: unknown) => refusedForm(ctx, error));
    if ('problems' in verdict) {
      ctx.status = 400;
      return show(ctx, { ...emptyForm, problems: verdict.problems });
    }
    if (verdict.ok || verdict.field !== 'current') {
      const statement = new Statement();
      await guesses.succeeded(ctx, account.email, statement);
      await statement.run(db);
    }
    if (!verdict.ok) {
      ctx.status = 400;
      return show(ctx, { ...emptyForm, problems: { [verdict.field]: verdict.problem } });
    }
    const session = { accountId: account.id, authTime: authTime.getTime() / 1000 };
    const id = await visits.start(ctx, session, { seconds: SESSION_SECONDS, epoch: verdict.epoch });
    await visits.leave(ctx, { notice: t('account.passwordChanged') }, id);
    redirect(ctx, '/account/security');
  });
}
