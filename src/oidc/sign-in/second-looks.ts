import { decodeJwt } from 'jose';
import { type Client, errors, interactionPolicy, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { pkceRequired } from '../apps/pkce.ts';

/**
 * oidc-provider checks a request in full when it arrives, and relies on that when the person comes back from signing in
 * or from consent. By then somebody else may be signed in, and the app may have changed. What such a change is about is
 * checked again here. (Client, API and scopes the provider reads anew by itself.)
 */
export function secondLooks() {
  const { Check } = interactionPolicy;
  return [
    // OpenID Connect Core §3.1.2.1: for anybody else it is an error, also when they sign in on the way.
    new Check('hinted_person', 'the person of the id_token_hint has to sign in', 'login_required', (ctx) => {
      const { session, route } = ctx.oidc;
      const hinted = hintedSubject(ctx);
      if (hinted === undefined || session?.accountId === undefined || session.accountId === hinted) return false;
      if (route === 'resume') throw new errors.LoginRequired('somebody else signed in than the id_token_hint names');
      // RFC 8628 §3.5 has one word for a device.
      if (route === 'device_resume') throw new errors.AccessDenied('somebody else signed in than was asked for');
      return true;
    }),
    // §5.5.1.1: unlike all other claims, an essential acr that cannot be reached is a failure. Asking again would go on for ever.
    new Check('acr_unmet', 'none of the requested ACRs could be obtained', 'login_required', ({ oidc }) => {
      const { acr } = (oidc.claims?.id_token ?? {}) as {
        acr?: { essential?: boolean; value?: unknown; values?: unknown };
      };
      if (oidc.route !== 'resume' || !oidc.result?.login || !acr?.essential) return false;
      const wanted = [acr.values ?? acr.value ?? []].flat();
      if (wanted.length === 0 || wanted.includes(oidc.acr)) return false;
      throw new errors.UnmetAuthenticationRequirements('none of the requested ACRs could be obtained');
    }),
    new Check('app_changed', 'the app has changed meanwhile', 'invalid_request', (ctx) => {
      if (ctx.oidc.route === 'resume') requireAllowed(ctx);
      return false;
    }),
  ];
}

/**
 * The provider itself compares it where it reads the hint. Its signature was checked when it came. A subject that the parameter
 * `claims` names is as good as a hint (OpenID Connect Core §5.5.1).
 */
function hintedSubject({ oidc }: KoaContextWithOIDC): string | undefined {
  const { sub } = (oidc.claims?.id_token ?? {}) as { sub?: { value?: unknown } };
  if (typeof sub?.value === 'string') return sub.value;
  const hint = oidc.params?.id_token_hint;
  if (typeof hint !== 'string' || oidc.entities.IdTokenHint) return undefined;
  return decodeJwt(hint).sub;
}

/** @throws InvalidRedirectUri, and InvalidRequest for what the app is not to do any more */
function requireAllowed(ctx: KoaContextWithOIDC): void {
  const { client, params, entities } = ctx.oidc;
  if (!client || !params) return;
  if (!mayGoTo(client, params.redirect_uri)) throw new errors.InvalidRedirectUri();
  // The provider's type does not tell of it.
  const { parJti } = (entities.Interaction ?? {}) as { parJti?: string };
  if (client.requirePushedAuthorizationRequests && !parJti) {
    throw new errors.InvalidRequest('Pushed Authorization Request must be used');
  }
  if (params.code_challenge === undefined && pkceRequired(ctx, client)) {
    throw new errors.InvalidRequest('this app has to use PKCE now');
  }
}

/** Whether an app has a redirect address; one that asks for none (a device) has no need of it. */
export const mayGoTo = (client: Client, redirectUri: unknown): boolean =>
  typeof redirectUri !== 'string' || client.redirectUriAllowed(redirectUri);

/** Errors are sent to an address too, which must still be the app's. */
export function keepErrorsFromOldAddresses(provider: Provider): void {
  provider.on('authorization.error', (ctx, error) => {
    const { client, params } = ctx.oidc;
    if (client && !mayGoTo(client, params?.redirect_uri)) Object.assign(error, { allow_redirect: false });
  });
}
