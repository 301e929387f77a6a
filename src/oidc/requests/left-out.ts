import type { Client, Grant, KoaContextWithOIDC } from 'oidc-provider';
import { OIDC_SCOPES } from '../../apis/api-schema.ts';
import type { AppApi } from '../../apis/app-apis.ts';
import type { CachedClient } from '../../clients/client-cache.ts';
import { leftOutOf, reasonOf } from '../../tokens/left-out.ts';
import type { LeftOut, Reason } from '../../usage/left-out.ts';
import { usesOf } from '../persons.ts';
import { LEFT_OUT, OFFLINE_ACCESS } from './intake.ts';

/** What a request that succeeded asked for and did not get. `app` is as the policy knows it. */
export function leftOutOfRequest(ctx: KoaContextWithOIDC, app: CachedClient): LeftOut[] {
  if (ctx.oidc.route === 'token') return ofToken(ctx, app);
  return [...ofIntake(ctx), ...ofPerson(ctx), ...ofAuthorization(ctx, app)];
}

/** What it lost when it came in. */
function ofIntake({ oidc: { params, client } }: KoaContextWithOIDC): LeftOut[] {
  return words(params?.[LEFT_OUT]).map((scope) => ({ scope, why: whyAtIntake(scope, client) }));
}

function whyAtIntake(scope: string, client: Client | undefined): Reason {
  if (scope !== OFFLINE_ACCESS) return 'no_api';
  return client?.latchkey_offline_access === 'with_prompt' ? 'prompt' : 'never';
}

/** Scopes of OpenID Connect that the person did not give. */
function ofPerson(ctx: KoaContextWithOIDC): LeftOut[] {
  const grant: Grant | undefined = ctx.oidc.entities.Grant;
  if (!grant) return [];
  const given = words(grant.getOIDCScope());
  const missing = [...ctx.oidc.requestParamOIDCScopes].filter((scope) => !given.includes(scope));
  return missing.map((scope) => ({ scope, why: 'consent' }));
}

const FROM_NEAREST: readonly Reason[] = ['consent', 'role', 'not_subscribed', 'unknown'];

/** Scopes that no API that it names gives. Before a person has answered, what they will say is not known. */
function ofAuthorization(ctx: KoaContextWithOIDC, { apis }: CachedClient): LeftOut[] {
  const named = [ctx.oidc.params?.resource ?? []].flat().flatMap((identifier) => apis.get(String(identifier)) ?? []);
  if (named.length === 0) return [];
  const scopes = [...ctx.oidc.requestParamScopes].filter((scope) => !OIDC_SCOPES.includes(scope));
  return scopes.flatMap((scope): LeftOut[] => {
    const reasons = named.map((appApi) => whyNot(ctx, scope, appApi));
    const why = reasons.includes(undefined) ? undefined : FROM_NEAREST.find((reason) => reasons.includes(reason));
    return why ? [{ scope, why }] : [];
  });
}

function whyNot(ctx: KoaContextWithOIDC, scope: string, appApi: AppApi): Reason | undefined {
  const grant: Grant | undefined = ctx.oidc.entities.Grant;
  const { identifier } = appApi.api;
  const reason = reasonOf(scope, appApi, withheldAt(ctx, identifier));
  const isGiven = !grant || words(grant.getResourceScope(identifier)).includes(scope);
  return reason === 'consent' && isGiven ? undefined : reason;
}

function ofToken(ctx: KoaContextWithOIDC, { apis }: CachedClient): LeftOut[] {
  const { AccessToken: token, AuthorizationCode, DeviceCode, RefreshToken } = ctx.oidc.entities;
  const brought = AuthorizationCode ?? DeviceCode ?? RefreshToken;
  const appApi = apis.get(token?.resourceServer?.identifier() ?? '');
  if (!token || !brought || !appApi) return [];
  const scope = (ctx.oidc.params?.scope as string | undefined) ?? brought.scope;
  const withheld = withheldAt(ctx, appApi.api.identifier);
  return leftOutOf({
    source: { scope, resource: brought.resource },
    granted: words(token.scope),
    appApi,
    apis,
    withheld,
  });
}

const withheldAt = (ctx: KoaContextWithOIDC, api: string) =>
  usesOf(ctx).find(({ identifier }) => identifier === api)?.withheld ?? [];

const words = (value: unknown) => (typeof value === 'string' ? value.split(' ').filter(Boolean) : []);
