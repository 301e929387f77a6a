/**
 * What oidc-provider takes from an authorization request when it comes in, and what it gets back. The provider checks the
 * request in steps that cannot be changed. The last of them calls what is here, for ordinary requests, pushed ones and those
 * of devices. What it leaves in `params` goes with the request through its pages.
 */
import { decodeJwt } from 'jose';
import type { Client, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { OIDC_SCOPES } from '../../apis/api-schema.ts';

/** A parameter of our own: the scopes that a request asked for and lost when it came in. */
export const LEFT_OUT = 'latchkey_left_out';

export const OFFLINE_ACCESS = 'offline_access';

/** Of requests under way, by their `ctx.oidc`. */
const ofNoApi = new WeakMap<object, readonly string[]>();

/** A request that names no API loses all other scopes than those of OpenID Connect. */
export function rememberOfNoApi({ oidc }: KoaContextWithOIDC, scopes: readonly string[]): void {
  ofNoApi.set(
    oidc,
    scopes.filter((scope) => scope !== '' && !OIDC_SCOPES.includes(scope)),
  );
}

/** The last step of the checks, as oidc-provider's `extraParams` calls it, whatever a client has sent under the name. */
export function settleRequest(ctx: KoaContextWithOIDC, _sent: unknown, client: Client): void {
  const { params, entities } = ctx.oidc;
  if (!params) return;
  nameAsRegistered(ctx);
  const lostOffline = keepOfflineAccess(ctx, client) ? [] : [OFFLINE_ACCESS];
  // What was pushed comes without the scopes that it lost, and with the parameter that was set then.
  if (entities.PushedAuthorizationRequest && ctx.oidc.route === 'authorization') return;
  params[LEFT_OUT] = [...(ofNoApi.get(ctx.oidc) ?? []), ...lostOffline].join(' ') || undefined;
}

/**
 * The provider takes `offline_access` from a request without `prompt=consent`. OpenID Connect Core §11 wants that only where no
 * other condition lets the server give it: here that is the app's setting, and that the person is asked once (decision 33).
 * @returns false when the request asked for it and does not get it
 */
function keepOfflineAccess(ctx: KoaContextWithOIDC, client: Client): boolean {
  const { params } = ctx.oidc;
  const scopes = ctx.oidc.requestParamScopes;
  if (!params || scopes.has(OFFLINE_ACCESS) || !sentScopes(ctx).includes(OFFLINE_ACCESS)) return true;
  if (client.latchkey_offline_access !== 'allowed' || !client.grantTypeAllowed('refresh_token')) return false;
  params.scope = [...scopes, OFFLINE_ACCESS].filter(Boolean).join(' ');
  return true;
}

/** The APIs by their identifiers as they are registered, where those that were sent differ by a slash at the end. */
function nameAsRegistered({ oidc: { params, provider, resourceServers = {} } }: KoaContextWithOIDC): void {
  if (!params) return;
  const named = Object.entries(resourceServers).map(([sent, { audience }]) => [sent, String(audience)] as const);
  for (const [sent, registered] of named) {
    if (sent === registered) continue;
    resourceServers[registered] = new provider.ResourceServer(registered, resourceServers[sent] as ResourceServer);
    delete resourceServers[sent];
  }
  const names = new Map(named);
  const registered = (name: unknown) => names.get(String(name)) ?? name;
  if (Array.isArray(params.resource)) params.resource = [...new Set(params.resource.map(registered))];
  else if (params.resource !== undefined) params.resource = registered(params.resource);
}

/** As the client sent them, or as they were pushed. */
function sentScopes(ctx: KoaContextWithOIDC): string[] {
  const pushed = ctx.oidc.route === 'authorization' ? ctx.oidc.entities.PushedAuthorizationRequest?.request : undefined;
  const sent = pushed ? decodeJwt(pushed) : ctx.method === 'POST' ? ctx.oidc.body : ctx.query;
  return typeof sent?.scope === 'string' ? sent.scope.split(' ') : [];
}
