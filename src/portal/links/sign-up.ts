import type { Context } from 'koa';
import { findSignUpPolicy } from '../../accounts/sign-up/policy.ts';
import { askForSignUp, findSigningUp, signUp } from '../../accounts/sign-up/sign-up.ts';
import { AppError } from '../../errors.ts';
import { requireSameSite } from '../../http/csrf.ts';
import { emailAddress } from '../../names/addresses.ts';
import { inList } from '../../texts/moments.ts';
import { t } from '../../texts/texts.ts';
import { emptyForm, type FormState, fieldsOf, refusedForm, textOf } from '../forms.ts';
import { addCodePage, countHere, type LinkParts, mayMail, strangerAt, withCode } from './parts.ts';

/** Making an account by oneself, where the policy lets people: first the address by a link, then name and password. */
export function addSignUp(parts: LinkParts): void {
  const { router, form, db, render, issuer, outbox, clock, sendsMail } = parts;

  const show = async (ctx: Context, state: FormState) => {
    const { mode, domains } = await findSignUpPolicy(db);
    const isOpen = sendsMail && (mode === 'open' || mode === 'domains');
    const only = mode === 'domains' ? inList(domains) : undefined;
    render(ctx, 'links/sign-up', { form: state, isOpen, only });
  };

  router.get('/sign-up', (ctx) => show(ctx, emptyForm));

  router.post('/sign-up', form, async (ctx) => {
    requireSameSite(ctx, issuer);
    await countHere(parts, ctx);
    const read = emailAddress(() => t('refusals.giveAddress')).safeParse(fieldsOf(ctx).email);
    const refuse = (problem: string, status: number) => {
      ctx.status = status;
      return show(ctx, { values: fieldsOf(ctx), problems: { email: problem } });
    };
    if (!sendsMail) return refuse(t('links.signUpRefused'), 403);
    if (!read.success) return refuse(read.error.issues[0]?.message ?? '', 400);
    const email = read.data;
    try {
      if (await mayMail(parts, email)) await askForSignUp(db, outbox, email, strangerAt(ctx, clock()));
    } catch (error) {
      if (error instanceof AppError && error.code === 'forbidden') return refuse(error.message, 403);
      throw error;
    }
    render(ctx, 'links/done', { title: t('links.sentTitle'), lead: t('links.signUpSent', { email }), next: undefined });
  });

  const choose = (ctx: Context, code: string, email: string, state: FormState) =>
    render(ctx, 'links/account', { code, email, form: state });

  addCodePage(parts, () => ({
    path: '/sign-up/finish',
    title: t('links.signUpTitle'),
    lead: t('links.signUpCodeLead'),
    button: t('join.continue'),
    again: { href: '/sign-up', label: t('links.newLink') },
    async open(ctx, code) {
      const email = await findSigningUp(db, code, clock());
      if (email !== undefined) choose(ctx, code, email, emptyForm);
      return email !== undefined;
    },
  }));

  router.post('/sign-up/finish', form, async (ctx) => {
    requireSameSite(ctx, issuer);
    const isGood = await withCode(parts, ctx, async (_ctx, code) => {
      const email = await findSigningUp(db, code, clock());
      return email === undefined ? false : finish(ctx, code, email);
    });
    if (!isGood) throw new AppError('not_found', { detail: t('links.unknown') });
  });

  async function finish(ctx: Context, code: string, email: string): Promise<boolean> {
    const fields = fieldsOf(ctx);
    try {
      const input = { code, name: textOf(fields.name), password: textOf(fields.password) };
      await signUp(db, input, strangerAt(ctx, clock()));
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return false;
      const refused = refusedForm(ctx, error);
      ctx.status = 400;
      choose(ctx, code, email, { values: { name: textOf(fields.name) }, problems: refused.problems });
      return true;
    }
    const next = { href: '/sign-in', label: t('join.signIn') };
    render(ctx, 'links/done', { title: t('join.ready'), lead: t('join.readyLead'), next });
    return true;
  }
}
