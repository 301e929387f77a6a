import type { Client, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { HintReader, IdTokenHint } from '../../keys/signatures/id-token-hints.ts';
import type { ProviderMiddleware } from '../middleware.ts';

/** What the server understood of a request to sign out, for the page that asks. */
export interface SignOutRequest {
  /** A hint that is good, and the app that it was issued to. */
  readonly hint: IdTokenHint | undefined;
  /** The person may go back to the app at this address. */
  readonly redirect: boolean;
  /** The app asked for an address, and the person does not go there. */
  readonly withheld: boolean;
}

const requests = new WeakMap<object, SignOutRequest>();

/** As judgeSignOuts() left it. */
export const signOutRequestOf = (ctx: KoaContextWithOIDC): SignOutRequest =>
  requests.get(ctx) ?? { hint: undefined, redirect: false, withheld: false };

/**
 * A person can always sign out, whatever the app sends. The provider refuses a hint that it cannot check, and an app or
 * address that it does not know; here only the way back is withheld. The provider gets to see what is left: who asks,
 * and an address that is registered (OpenID Connect RP-Initiated Logout 1.0 §2 and §3).
 */
export function judgeSignOuts(provider: Provider, readHint: HintReader): ProviderMiddleware {
  const findClient: FindClient = async (id) => (id === undefined ? undefined : provider.Client.find(id));
  return async (ctx, next) => {
    if (ctx.path === '/session/end' && ctx.method === 'GET') await judge(ctx, findClient, readHint);
    if (ctx.path === '/session/end/success') await dropUnknownApp(ctx, findClient);
    await next();
  };
}

type FindClient = (id: string | undefined) => Promise<Client | undefined>;

async function judge(ctx: KoaContextWithOIDC, findClient: FindClient, readHint: HintReader): Promise<void> {
  const { id_token_hint: sent, client_id: named, post_logout_redirect_uri: address, state, ...others } = ctx.query;
  const hint = readHint(one(sent));
  // When the hint is wrong, nothing else in the request is trusted either.
  const agrees =
    sent === undefined || sent === '' ? true : hint !== undefined && (named === undefined || named === hint.audience);
  const client = agrees ? await findClient(hint?.audience ?? one(named)) : undefined;
  const wanted = one(address);
  const redirect = wanted !== undefined && client?.postLogoutRedirectUriAllowed(wanted) === true;
  ctx.query = {
    ...onlySingle(others),
    ...(client ? { client_id: client.clientId } : {}),
    ...(redirect ? { post_logout_redirect_uri: wanted } : {}),
    ...(redirect && one(state) !== undefined ? { state: one(state) } : {}),
  };
  requests.set(ctx, { hint: client && hint, redirect, withheld: address !== undefined && !redirect });
}

/** Between the page that asks and the click an app may have lost the address, or have ended itself. */
export function forgetOldAddresses(provider: Provider): void {
  const { Session } = provider;
  const get = Session.get.bind(Session);
  const isOwn = (address: string) => address.startsWith(`${provider.issuer}/`);
  Session.get = async (ctx) => {
    const session = await get(ctx);
    const { clientId, postLogoutRedirectUri: address } = session.state ?? {};
    // Where another person signs in on the way, the provider goes on at an address of its own.
    if (ctx.path !== '/session/end/confirm' || typeof address !== 'string' || isOwn(address)) return session;
    const client = await provider.Client.find(String(clientId));
    if (!client?.postLogoutRedirectUriAllowed(address)) {
      session.state = { ...session.state, postLogoutRedirectUri: undefined, state: undefined };
    }
    return session;
  };
}

/** After it was ended an app may be gone that was there before. */
async function dropUnknownApp(ctx: KoaContextWithOIDC, findClient: FindClient): Promise<void> {
  const { client_id: named, ...others } = ctx.query;
  if (named !== undefined && !(await findClient(one(named)))) ctx.query = others;
}

type Query = KoaContextWithOIDC['query'][string];

/** A parameter that came once and says something (RFC 6749 §3.1: an empty one is as good as none). */
const one = (value: Query) => (typeof value === 'string' && value !== '' ? value : undefined);

const onlySingle = (query: Record<string, Query>) =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => typeof value === 'string'));

/**
 * Whether the person need not be asked: the hint was issued to this app, for the person who is signed in and since they
 * signed in, and they go back to the app.
 */
export function isAskedAlready(ctx: KoaContextWithOIDC): boolean {
  const { hint, redirect } = signOutRequestOf(ctx);
  const { session } = ctx.oidc;
  if (!hint || !redirect || !session?.accountId || session.accountId !== hint.subject) return false;
  const isOfSession = session.grantIdFor(hint.audience) !== undefined && hint.issuedAt >= (session.loginTs ?? 0);
  return isOfSession && (hint.sid === undefined || hint.sid === session.sidFor(hint.audience));
}
