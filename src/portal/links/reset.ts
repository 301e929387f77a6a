import type { Context } from 'koa';
import { askForReset, findResetting, resetPassword } from '../../accounts/links/reset.ts';
import { isSignInOpen } from '../../accounts/links/visit.ts';
import type { Account } from '../../db/tables/tables.ts';
import { AppError } from '../../errors.ts';
import { requireSameSite } from '../../http/csrf.ts';
import { ownCookies } from '../../http/own-cookies.ts';
import { emailAddress } from '../../names/addresses.ts';
import { t } from '../../texts/texts.ts';
import { emptyForm, type FormState, fieldsOf, refusedForm, textOf } from '../forms.ts';
import { addCodePage, countHere, type LinkParts, mayMail, strangerAt, withCode } from './parts.ts';

const HOUR = 3_600_000;
const UID = /^[\w-]{10,64}$/;

/** A new password for somebody who has forgotten theirs: a link by mail, and the page on which they choose one. */
export function addReset(parts: LinkParts): void {
  const { router, form, db, render, issuer, outbox, clock, sendsMail } = parts;
  const { prefix, path, secure } = ownCookies(issuer);
  const cookie = `${prefix}latchkey_forgot`;

  /** The sign-in that somebody came from in this browser, as long as it waits. */
  const signInOf = async (uid: unknown): Promise<string | undefined> => {
    if (typeof uid !== 'string' || !UID.test(uid)) return undefined;
    return (await isSignInOpen(db, uid, clock())) ? `/interaction/${uid}` : undefined;
  };
  const cameFrom = (ctx: Context) => signInOf(ctx.cookies.get(cookie, { signed: false }));

  router.get('/forgot', async (ctx) => {
    const back = await signInOf(ctx.query.visit);
    const options = { signed: false, httpOnly: true, sameSite: 'lax', secure, path, overwrite: true } as const;
    if (back) ctx.cookies.set(cookie, String(ctx.query.visit), { ...options, maxAge: HOUR });
    render(ctx, 'links/forgot', { form: emptyForm, back: back ?? (await cameFrom(ctx)), sendsMail });
  });

  router.post('/forgot', form, async (ctx) => {
    requireSameSite(ctx, issuer);
    const back = await cameFrom(ctx);
    if (!sendsMail) return render(ctx, 'links/forgot', { form: emptyForm, back, sendsMail });
    await countHere(parts, ctx);
    const read = emailAddress(() => t('refusals.giveAddress')).safeParse(fieldsOf(ctx).email);
    if (!read.success) {
      ctx.status = 400;
      const problems = { email: read.error.issues[0]?.message ?? '' };
      return render(ctx, 'links/forgot', { form: { values: fieldsOf(ctx), problems }, back, sendsMail });
    }
    const email = read.data;
    if (await mayMail(parts, email)) await askForReset(db, outbox, email, strangerAt(ctx, clock()));
    const next = back ? { href: back, label: t('links.backToSignIn') } : undefined;
    render(ctx, 'links/done', { title: t('links.sentTitle'), lead: t('links.sentLead', { email }), next });
  });

  const choose = (ctx: Context, code: string, { email }: Account, state: FormState) =>
    render(ctx, 'links/reset', { code, email, form: state });

  addCodePage(parts, () => ({
    path: '/reset',
    title: t('links.resetTitle'),
    lead: t('links.resetCodeLead'),
    button: t('join.continue'),
    again: { href: '/forgot', label: t('links.newLink') },
    async open(ctx, code) {
      const account = await findResetting(db, code, clock());
      if (account) choose(ctx, code, account, emptyForm);
      return account !== undefined;
    },
  }));

  router.post('/reset', form, async (ctx) => {
    requireSameSite(ctx, issuer);
    const isGood = await withCode(parts, ctx, async (_ctx, code) => {
      const account = await findResetting(db, code, clock());
      if (!account) return false;
      return reset(ctx, code, account);
    });
    if (!isGood) throw new AppError('not_found', { detail: t('links.unknown') });
  });

  async function reset(ctx: Context, code: string, account: Account): Promise<boolean> {
    try {
      const password = textOf(fieldsOf(ctx).password);
      await resetPassword(db, outbox, { code, password }, strangerAt(ctx, clock()));
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return false;
      const { problems } = refusedForm(ctx, error);
      ctx.status = 400;
      choose(ctx, code, account, { values: {}, problems: { password: problems.form ?? '' } });
      return true;
    }
    await parts.guesses.rebound(ctx, account.email);
    const back = await cameFrom(ctx);
    ctx.cookies.set(cookie, null, { signed: false, path, secure, overwrite: true });
    const next = { href: back ?? '/sign-in', label: t('join.signIn') };
    render(ctx, 'links/done', { title: t('links.resetDone'), lead: t('links.resetDoneLead'), next });
    return true;
  }
}
