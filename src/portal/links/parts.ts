import type Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { AppError } from '../../errors.ts';
import { requireSameSite } from '../../http/csrf.ts';
import { networkOf } from '../../http/network/networks.ts';
import { emailKey } from '../../names/addresses.ts';
import { t } from '../../texts/texts.ts';
import type { LinkViews } from '../../views/models/account.ts';
import { emptyForm, fieldsOf, textOf } from '../forms.ts';
import type { PortalParts } from '../parts.ts';

export interface LinkParts extends PortalParts {
  readonly router: Router;
  readonly form: Middleware;
}

/** Who does it, as far as anybody knows. */
export const strangerAt = (ctx: Context, now: Date) => ({
  actor: { type: 'account', ip: ctx.ip, requestId: ctx.state.requestId } as const,
  now,
});

/** Counts what one network asks for. @throws {AppError} too_many_requests */
export async function countHere({ linkLimits }: PortalParts, ctx: Context): Promise<void> {
  const { wait } = await linkLimits.here.fail(networkOf(ctx.ip));
  if (wait) throw new AppError('too_many_requests', { retryAfter: wait });
}

/** Whether one more mail may go to an address, whoever asks. The answer is the same when it may not. */
export async function mayMail({ linkLimits }: PortalParts, email: string): Promise<boolean> {
  return (await linkLimits.to.fail(emailKey(email))).wait === 0;
}

/** What the page for a code says, and does with it. */
export interface CodePage extends Omit<LinkViews['links/code'], 'form' | 'action'> {
  readonly path: string;
  /** @returns whether the code was good; then the answer is made */
  open(ctx: Context, code: string): Promise<boolean>;
}

/**
 * Where a link leads. Opening it shows a page, and a click sends the code from there: programs that open links ahead, and fill in no
 * forms, use nothing up. Wrong codes are counted.
 */
export function addCodePage(parts: LinkParts, words: () => CodePage): void {
  const { router, form, render, issuer } = parts;
  const { path } = words();
  const show = (ctx: Context, problem?: string) => {
    const { path: _path, open: _open, ...page } = words();
    const state = problem ? { values: {}, problems: { code: problem } } : emptyForm;
    render(ctx, 'links/code', { ...page, action: `${path}/code`, form: state });
  };
  router.get(path, (ctx) => show(ctx));
  router.post(`${path}/code`, form, async (ctx) => {
    requireSameSite(ctx, issuer);
    if (await withCode(parts, ctx, words().open)) return;
    ctx.status = 400;
    show(ctx, t('links.unknown'));
  });
}

/** Tries the code of a form, of which wrong ones are counted by network. @throws {AppError} too_many_requests */
export async function withCode(
  { joinLimit }: PortalParts,
  ctx: Context,
  open: (ctx: Context, code: string) => Promise<boolean>,
): Promise<boolean> {
  const network = networkOf(ctx.ip);
  const { wait } = await joinLimit.fail(network);
  if (wait) throw new AppError('too_many_requests', { retryAfter: wait });
  const isGood = await open(ctx, textOf(fieldsOf(ctx).code).trim());
  if (isGood) await joinLimit.forgive(network);
  return isGood;
}
