import type { Context } from 'koa';
import { errors, type Provider } from 'oidc-provider';
import { z } from 'zod';
import type { Actor } from '../../audit/events.ts';
import { AppError } from '../../errors.ts';
import { csrfToken, requireCsrf } from '../../http/csrf.ts';
import { languageOfLocales } from '../../texts/match.ts';
import { speak } from '../../texts/speech.ts';
import { t } from '../../texts/texts.ts';
import { levelOf } from '../../verifier/token/levels.ts';
import type { Details, InteractionParts } from './interaction-parts.ts';
import { mayGoTo } from './second-looks.ts';

/** The interaction of this browser. The path must name the one in its cookie. @throws {AppError} sign_in_expired */
export async function detailsOf(parts: InteractionParts, ctx: Context): Promise<Details> {
  try {
    const details = await parts.provider().interactionDetails(ctx.req, ctx.res);
    speak(languageOfLocales(details.params.ui_locales), 'app');
    if (details.uid !== ctx.params.uid) throw new AppError('sign_in_expired');
    await requireApp(parts, details);
    return details;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) throw new AppError('sign_in_expired', { cause: error });
    throw error;
  }
}

/** The app that it is for, which may have ended or changed since. @throws {AppError} sign_in_expired */
async function requireApp(parts: InteractionParts, { params }: Details): Promise<void> {
  const client = await parts.provider().Client.find(String(params.client_id));
  if (client && mayGoTo(client, params.redirect_uri)) return;
  throw new AppError('sign_in_expired', { detail: client ? t('signIn.appHasMoved') : t('signIn.appIsGone') });
}

/** The same for a form of one of its pages. @throws {AppError} sign_in_expired, csrf_failed */
export async function protectedDetails(
  parts: InteractionParts,
  ctx: Context,
  prompt?: 'login' | 'consent' | 'select_account',
): Promise<Details> {
  const details = await detailsOf(parts, ctx);
  const { csrf } = z.object({ csrf: z.unknown().optional() }).parse(ctx.request.body ?? {});
  requireCsrf(ctx, { cookieKeys: parts.cookieKeys, visit: details.uid, issuer: parts.issuer, token: csrf });
  if (prompt && details.prompt.name !== prompt) throw new AppError('sign_in_expired');
  return details;
}

/** Who has signed in, and with what (RFC 8176). */
export function loginOf(accountId: string, methods: readonly string[]) {
  const amr = [...new Set(methods)];
  return { accountId, amr, acr: levelOf(amr) };
}

/** Saves what the person has said. @returns where the browser goes then */
export const conclude = (parts: InteractionParts, ctx: Context, result: Parameters<Provider['interactionResult']>[2]) =>
  parts.provider().interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: 'consent' in result });

export function goTo(ctx: Context, returnTo: string): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(returnTo);
  ctx.status = 303;
}

export const pathOf = ({ uid }: Details) => `/interaction/${uid}`;

/** Where a page's form goes, and the one that gives up. */
export function formOf(parts: InteractionParts, details: Details, action: string) {
  return {
    action: `${pathOf(details)}/${action}`,
    cancelAction: `${pathOf(details)}/cancel`,
    csrf: csrfToken(parts.cookieKeys, details.uid),
  };
}

/** @param only there is no other way on the page */
export const passkeyForm = (details: Details, kind: 'find' | 'use', only: boolean) => ({
  action: `${pathOf(details)}/passkey`,
  kind,
  label: kind === 'find' ? t('factors.withPasskey') : t('factors.usePasskey'),
  only,
});

export async function appNameOf(parts: InteractionParts, details: Details): Promise<string> {
  const client = await parts.provider().Client.find(String(details.params.client_id));
  return client?.clientName ?? String(details.params.client_id);
}

export function personAt(ctx: Context, accountId?: string): Actor {
  return { type: 'account', ...(accountId ? { id: accountId } : {}), ip: ctx.ip, requestId: ctx.state.requestId };
}
