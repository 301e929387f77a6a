import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { HouseRules } from '../../access.ts';
import { isAllowedHttpHost } from '../../clients/http-hosts.ts';
import { isPlainHttp } from '../../clients/redirect-uris.ts';

/** Why nobody is sent to a registered address, as a sentence; undefined when it is no matter of plain http. */
type Refusal = string | undefined;

/**
 * Holds what was registered to the rules of today: an address with plain http is refused once the setting does not allow its
 * host any more, and a code never goes there in a form that posts itself. PKCE is required in configuration.ts.
 */
export function refusePlainHttp({ Client: model }: Provider, rules: HouseRules): void {
  const { redirectUriAllowed, postLogoutRedirectUriAllowed } = model.prototype;
  Object.assign(model.prototype, {
    redirectUriAllowed(this: InstanceType<typeof model>, uri: string) {
      return redirectUriAllowed.call(this, uri) && refusalOf(uri, Provider.ctx, rules) === undefined;
    },
    postLogoutRedirectUriAllowed(this: InstanceType<typeof model>, uri: string) {
      return postLogoutRedirectUriAllowed.call(this, uri) && !isForbidden(uri, rules);
    },
  });
}

/** A program that pushes its request reads why; a person is told by the page (pages.ts). */
export function explainPlainHttp(rules: HouseRules) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    const body = ctx.body as { error?: string; error_description?: string } | undefined;
    const refusal = ctx.path === '/request' && body?.error ? refusalOfRequest(ctx, rules) : undefined;
    if (refusal) ctx.body = { ...body, error_description: refusal };
  };
}

/** Whether the address is one of the app's, and is refused for plain http alone. */
export function refusalOfRequest(ctx: KoaContextWithOIDC, rules: HouseRules): Refusal {
  const uri = ctx.oidc?.params?.redirect_uri;
  const isRegistered = typeof uri === 'string' && ctx.oidc.client?.redirectUris?.includes(uri);
  return isRegistered ? refusalOf(uri, ctx, rules) : undefined;
}

const isForbidden = (uri: string, rules: HouseRules) =>
  isPlainHttp(uri) && !isAllowedHttpHost(URL.parse(uri)?.hostname ?? '', rules);

function refusalOf(uri: string, ctx: KoaContextWithOIDC | undefined, rules: HouseRules): Refusal {
  if (isForbidden(uri, rules))
    return 'redirect_uri is plain http, which HTTP_REDIRECT_HOSTS does not allow for its host';
  if (!isPlainHttp(uri) || ctx?.oidc?.params?.response_mode !== 'form_post') return undefined;
  return 'response_mode form_post needs a redirect_uri with https';
}
