import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import type { HouseRules } from '../access.ts';
import { PORTAL_CLIENT } from '../clients/own/portal-client-id.ts';
import { wordsOf } from '../errors.ts';
import type { ChosenSignOuts } from '../http/chosen-sign-outs.ts';
import { languageOfLocales } from '../texts/match.ts';
import { speak } from '../texts/speech.ts';
import { t } from '../texts/texts.ts';
import type { Render } from '../views/render.ts';
import { refusalOfRequest } from './apps/plain-http.ts';
import { isAskedAlready, signOutRequestOf } from './sign-out/sign-outs.ts';

/** What an app did wrong, for the person it sent here. */
const EXPLANATIONS = {
  invalid_client: 'errors.unknownApp',
  invalid_redirect_uri: 'errors.unknownAddress',
} as const;

function explain(error: string, refused: boolean): string {
  if (refused) return t('errors.plainHttp');
  return t(Object.hasOwn(EXPLANATIONS, error) ? EXPLANATIONS[error as keyof typeof EXPLANATIONS] : 'errors.badRequest');
}

/** The pages that oidc-provider asks us to draw. */
export function createPages(render: Render, signOuts: ChosenSignOuts, rules: HouseRules) {
  return {
    async renderError(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): Promise<void> {
      speakAsAsked(ctx);
      const requestId = String(ctx.state.requestId ?? '');
      if (out.error === 'server_error') {
        const words = wordsOf({ code: 'server_error', detail: undefined });
        return render(ctx, 'error', { title: t('errors.something'), ...words, code: out.error, requestId });
      }
      const refusal = out.error === 'invalid_redirect_uri' ? refusalOfRequest(ctx, rules) : undefined;
      render(ctx, 'error', {
        title: t('errors.didNotWork'),
        message: explain(out.error, refusal !== undefined),
        hint: t('errors.tellTheApp'),
        code: out.error,
        detail: refusal ?? out.error_description ?? error.message,
        requestId,
      });
    },

    async renderSignOut(ctx: KoaContextWithOIDC): Promise<void> {
      speakAsAsked(ctx);
      const { client } = ctx.oidc;
      render(ctx, 'sign-out', {
        action: '/session/end/confirm',
        xsrf: ctx.oidc.session?.state?.secret as string,
        // Our own pages are Latchkey: nothing else to sign out of.
        appName: client?.latchkey_first_party ? undefined : client?.clientName,
        sendsItself: isAskedAlready(ctx) || (client?.clientId === PORTAL_CLIENT && signOuts.take(ctx)),
        staysHere: signOutRequestOf(ctx).withheld,
      });
    },

    /** The client is here only if the person stayed signed in to Latchkey itself. */
    async renderSignedOut(ctx: KoaContextWithOIDC): Promise<void> {
      speakAsAsked(ctx);
      render(ctx, 'signed-out', { appName: ctx.oidc.client?.clientName });
    },
  };
}

/** OpenID Connect Core §3.1.2.1, RP-Initiated Logout 1.0 §2: also where the parameters were not read yet, or not accepted. */
const speakAsAsked = (ctx: KoaContextWithOIDC) =>
  speak(languageOfLocales(ctx.oidc.params?.ui_locales ?? ctx.query.ui_locales), 'app');

export type Pages = ReturnType<typeof createPages>;
