import { decodeJwt } from 'jose';
import { type Client, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import type { AppApi } from '../apis/app-apis.ts';
import { findAlike } from '../apis/identifiers.ts';
import { decideScopes } from '../apis/policy.ts';
import type { CachedClient, ClientCache } from '../clients/client-cache.ts';
import { algorithmOfApi } from '../keys/algorithms.ts';
import type { Keyring } from '../keys/keyring.ts';
import { findPersonalUse, type PersonalUse } from '../tokens/personal-use.ts';
import { personOf, rememberUse, usesOf } from './persons.ts';
import { rememberOfNoApi } from './requests/intake.ts';
import type { Epochs } from './sign-in/epochs.ts';
import type { UnitOfWork } from './storage/unit-of-work.ts';

export interface ResourceParts {
  readonly work: UnitOfWork;
  readonly clientCache: ClientCache;
  readonly epochs: Epochs;
  readonly keyring: () => Keyring;
}

/** Resource indicators (RFC 8707): one API is one audience. */
export function createResources({ work, clientCache, epochs, keyring }: ResourceParts) {
  const entryOf = (client: Client) => clientCache.find(work.db(), client.clientId);

  /** An API as the app may use it. What is decided on it is as old as this. */
  const appApiOf = async (client: Client, identifier: string) => {
    const entry = await entryOf(client);
    const appApi = entry && findAlike(entry.apis, identifier);
    if (entry) epochs.noteClient(entry, appApi);
    return appApi;
  };

  /** Every scope that a token of this request may have; for a person at every request anew, so that a role ends at once. */
  const useOf = async (ctx: KoaContextWithOIDC, appApi: AppApi): Promise<Pick<PersonalUse, 'granted' | 'withheld'>> => {
    const person = personOf(ctx);
    const decided = person === 'app' && usesOf(ctx).find(({ identifier }) => identifier === appApi.api.identifier);
    if (decided) return decided;
    if (typeof person === 'string') return decideScopes({ ...appApi, requested: undefined, roles: 'app' });
    const use = await findPersonalUse(work.db(), person.accountId, appApi);
    rememberUse(ctx, use);
    return use;
  };

  return {
    /**
     * The API for a request that names none. With `openid` there is none: such a token is for UserInfo, and giving it an
     * API would make UserInfo refuse it, unless the app is set so and asks for scopes of its default API (decision 26).
     * Without, it is the app's default or only one.
     */
    async defaultResource(
      ctx: KoaContextWithOIDC,
      client: Client,
      oneOf?: readonly string[],
    ): Promise<string | readonly string[] | undefined> {
      if (oneOf) return oneOf;
      const scopes = String(ctx.oidc.params?.scope ?? '').split(' ');
      const entry = await entryOf(client);
      if (scopes.includes('openid')) {
        const api = entry && apiOfSignIn(entry, scopes);
        if (api === undefined) rememberOfNoApi(ctx, scopes);
        return api;
      }
      const identifier = entry?.defaultApi;
      if (!identifier && isAuthorization(ctx))
        throw new errors.InvalidScope('ask for openid, or for scopes of an API', String(ctx.oidc.params?.scope ?? ''));
      return identifier;
    },

    /** In a token request: each API by its identifier as it is registered, where that differs by a slash at the end. */
    async nameAsRegistered({ oidc: { client, params } }: KoaContextWithOIDC): Promise<void> {
      if (!client || params?.resource === undefined) return;
      const entry = await entryOf(client);
      const registered = (name: unknown) => (entry && findAlike(entry.apis, String(name))?.api.identifier) ?? name;
      params.resource = Array.isArray(params.resource) ? params.resource.map(registered) : registered(params.resource);
    },

    /** A token request that names no API gets the one that the person granted. */
    useGrantedResource: async () => true,

    /** @throws InvalidTarget for an API that is unknown or that the app has no subscription of */
    async getResourceServerInfo(ctx: KoaContextWithOIDC, identifier: string, client: Client): Promise<ResourceServer> {
      const appApi = await appApiOf(client, identifier);
      if (!appApi) throw new errors.InvalidTarget('resource indicator is unknown, or this app may not use it');
      const { granted, withheld } = await useOf(ctx, appApi);
      const forApp = new Set([...granted, ...withheld]);
      if (isAuthorization(ctx))
        requireKnownScope(
          ctx,
          appApi.offered.filter((scope) => forApp.has(scope)),
        );
      return {
        audience: appApi.api.identifier,
        scope: granted.join(' '),
        accessTokenTTL: appApi.api.token_lifetime,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: algorithmOfApi(keyring(), appApi.api) } },
      } as ResourceServer;
    },

    /**
     * A client-credentials request with what it may have filled in: the API, and all of its scopes when it named none.
     * @throws InvalidTarget without an API @throws InvalidScope for a scope that the subscription does not allow
     */
    async completeClientCredentials(ctx: KoaContextWithOIDC): Promise<void> {
      const { client, params } = ctx.oidc;
      if (!client || !params) throw new errors.InvalidRequest('the request has no client');
      const resource = params.resource ?? (await entryOf(client))?.defaultApi;
      if (resource === undefined) {
        throw new errors.InvalidTarget('resource is missing: name the API that the token is for');
      }
      if (typeof resource !== 'string') {
        throw new errors.InvalidTarget('only one resource can be asked for: a token is for one API');
      }
      const appApi = await appApiOf(client, resource);
      if (!appApi) throw new errors.InvalidTarget('resource indicator is unknown, or this app may not use it');
      const requested = typeof params.scope === 'string' ? params.scope.split(' ') : undefined;
      const { granted, refused } = decideScopes({ ...appApi, requested, roles: 'app' });
      if (refused.length > 0) {
        throw new errors.InvalidScope('the app may not have a requested scope of this API', refused.join(' '));
      }
      params.resource = resource;
      params.scope = granted.join(' ') || undefined;
      rememberUse(ctx, { identifier: resource, granted, withheld: [], roleNames: undefined });
    },

    /** An answer that is given again was made when the app could still use the API. @throws InvalidTarget */
    async requireStillUsable(ctx: KoaContextWithOIDC, accessToken: string | undefined): Promise<void> {
      const audience = audienceOf(accessToken ?? '');
      const { client } = ctx.oidc;
      if (audience === undefined || (client && (await entryOf(client))?.apis.has(audience))) return;
      throw new errors.InvalidTarget('this app may not use the API any more');
    },

    /** The names of a person's roles, for the tokens of an API that wants them (RFC 9068 §2.2.3.1). */
    rolesClaim(
      ctx: KoaContextWithOIDC,
      token: { kind: string; resourceServer?: { identifier(): string } | undefined },
    ) {
      if (token.kind !== 'AccessToken' || !token.resourceServer) return undefined;
      const identifier = token.resourceServer.identifier();
      return usesOf(ctx).find((use) => use.identifier === identifier)?.roleNames;
    },

    /**
     * A token for nothing is refused, unless there is an ID token beside it. What was used up stays unused then, so that the
     * next try has a token when a role is given back.
     * @throws InvalidScope when roles are why
     */
    requireSomeScope(ctx: KoaContextWithOIDC): void {
      const token = ctx.oidc.entities.AccessToken;
      const answer = ctx.body as { id_token?: string } | undefined;
      if (!token?.resourceServer || token.scope || answer?.id_token) return;
      const withheld = usesOf(ctx).flatMap((use) => use.withheld);
      if (withheld.length === 0) return;
      throw new errors.InvalidScope("none of this person's roles allows what was granted", withheld.join(' '));
    },
  };
}

export type Resources = ReturnType<typeof createResources>;

/** The default API of an app that means it for sign-ins too; undefined when it asks for none of its scopes. */
function apiOfSignIn({ client, apis, defaultApi }: CachedClient, requested: readonly string[]): string | undefined {
  const appApi = client.default_api_at_sign_in ? apis.get(defaultApi ?? '') : undefined;
  return appApi && decideScopes({ ...appApi, requested, roles: 'app' }).granted.length > 0 ? defaultApi : undefined;
}

const ASKING = new Set(['authorization', 'pushed_authorization_request', 'device_authorization']);

/** Of a token of ours that is for an API; undefined for one that is for UserInfo, which is no JWT. */
function audienceOf(accessToken: string): string | undefined {
  return accessToken.includes('.') ? String(decodeJwt(accessToken).aud) : undefined;
}

/** The requests that ask a person; the others follow from their answer. */
function isAuthorization(ctx: KoaContextWithOIDC): boolean {
  return ASKING.has(ctx.oidc.route);
}

/**
 * RFC 6749 §3.3: without a scope the request gets the default, all that the app may have of its one API; with only scopes
 * that nobody knows it fails, and does so before anyone is asked to sign in.
 */
function requireKnownScope(ctx: KoaContextWithOIDC, granted: readonly string[]): void {
  const { params } = ctx.oidc;
  if (!params || Array.isArray(params.resource)) return;
  params.scope ??= granted.join(' ') || undefined;
  const requested = String(params.scope ?? '').split(' ');
  if (requested.includes('openid') || requested.some((scope) => granted.includes(scope))) return;
  throw new errors.InvalidScope(
    'none of the requested scopes is one that this app may have of the API',
    requested.join(' '),
  );
}
