import type Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { AppError } from '../../errors.ts';
import { requireSameSite } from '../../http/csrf.ts';
import { networkOf } from '../../http/network/networks.ts';
import { digestOf, requireShown } from '../../http/shown.ts';
import { emailKey } from '../../names/addresses.ts';
import { findInvitationByCode, joinWithNewAccount, type OpenInvitation } from '../../teams/joining.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { emptyForm, type FormState, fieldsOf, refusedForm, textOf } from '../forms.ts';
import type { PortalParts } from '../parts.ts';
import type { Visits } from '../visits.ts';

const whatOf = ({ teamName, role }: OpenInvitation) =>
  teamName ? t('join.toTeam', { team: teamName, role: role ?? 'viewer' }) : t('join.toAccount');

/**
 * Where the link in an invitation leads: a code for an account. Whoever comes here need not be signed in, and nothing here
 * signs anyone in. The code comes in the fragment of the address, which a script moves into the form.
 */
export function addJoin(router: Router, parts: PortalParts, visits: Visits, form: Middleware): void {
  const { db, render, clock, issuer, joinLimit } = parts;

  router.get('/join', (ctx) => render(ctx, 'join/code', { form: emptyForm }));
  router.get('/join/done', (ctx) => render(ctx, 'join/done', {}));

  router.post('/join/code', form, async (ctx) => {
    requireSameSite(ctx, issuer);
    const code = textOf(fieldsOf(ctx).code).trim();
    const invitation = await find(ctx, code);
    if (!invitation) return refuseCode(ctx, t('join.unknown'));
    await showNext(ctx, code, invitation, emptyForm);
  });

  router.post('/join', form, async (ctx) => {
    requireSameSite(ctx, issuer);
    const fields = fieldsOf(ctx);
    const code = textOf(fields.code).trim();
    const invitation = await find(ctx, code);
    if (!invitation) return refuseCode(ctx, t('join.unknown'));
    try {
      requireShown(ctx, [whatOf(invitation), invitation.email]);
      const input = { code, name: textOf(fields.name), password: textOf(fields.password) };
      const actor = { type: 'account', ip: ctx.ip, requestId: ctx.state.requestId } as const;
      await joinWithNewAccount(db, input, { actor, now: clock() });
      redirect(ctx, '/join/done');
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return refuseCode(ctx, t('join.unknown'));
      const refused = refusedForm(ctx, error);
      ctx.status = 400;
      await showNext(ctx, code, invitation, refused);
    }
  });

  /** A look-up by code, of which wrong ones are counted by address. @throws {AppError} too_many_requests */
  async function find(ctx: Context, code: string): Promise<OpenInvitation | undefined> {
    // Counted before it is looked at, and taken back when it was right: many at once gain nothing.
    const network = networkOf(ctx.ip);
    const { wait } = await joinLimit.fail(network);
    if (wait) throw new AppError('too_many_requests', { retryAfter: wait });
    const invitation = await findInvitationByCode(db, code, clock());
    if (invitation) await joinLimit.forgive(network);
    return invitation;
  }

  function refuseCode(ctx: Context, problem: string): void {
    ctx.status = 400;
    render(ctx, 'join/code', { form: { values: {}, problems: { code: problem } } });
  }

  async function showNext(ctx: Context, code: string, invitation: OpenInvitation, refused: FormState): Promise<void> {
    const { email } = invitation;
    const what = whatOf(invitation);
    const shown = digestOf([what, email]);
    if (!invitation.hasAccount) return render(ctx, 'join/account', { code, shown, what, email, form: refused });
    const visitor = await visits.find(ctx);
    if (visitor?.account.email_key === emailKey(email)) return redirect(ctx, '/teams');
    render(ctx, 'join/sign-in', { what, email, signedInAs: visitor?.account.email });
  }
}
