import type { Consent } from '../../accounts/consents/scopes.ts';
import { OIDC_SCOPES } from '../../apis/api-schema.ts';
import { type AskedApi, findAskedApis } from '../../apis/asked-apis.ts';
import { decideScopes } from '../../apis/policy.ts';
import { isPlainHttp, placeOf } from '../../clients/redirect-uris.ts';
import type { Db } from '../../db/connections/connection.ts';
import { t } from '../../texts/texts.ts';
import { rolesAt, scopesOf } from '../../tokens/personal-use.ts';
import type { Choice } from '../../views/models/device.ts';
import type { ViewModels } from '../../views/models.ts';
import { scopesOfClaims } from './claims.ts';

/** An authorization request, or a device's, and the person who is signed in, if anyone is. */
interface Details {
  readonly params: Readonly<Record<string, unknown>>;
  readonly session?: { readonly accountId?: string | undefined } | undefined;
}
type DescribedConsent = Pick<ViewModels['consent'], 'permissionGroups' | 'offline' | 'returnsTo' | 'returnsInClear'>;

/** Says of a scope whether the person may leave it out, and how its box stands; undefined where they may not. */
export type ChoiceOf = (scope: string, api?: string) => Choice | undefined;

/** What OpenID scopes mean, in words for people. `offline_access` is said elsewhere on the page. */
const OIDC_PERMISSIONS = ['openid', 'profile', 'email', 'groups'] as const;

/** The APIs that the request names, of those that the app may use. */
export function askedApisOf(db: Db, { params }: Details): Promise<AskedApi[]> {
  return findAskedApis(db, String(params.client_id), resourcesOf(params));
}

export const resourcesOf = (params: Details['params']) => [params.resource ?? []].flat().map(String);

/** What the request asks of the person: of each API just what the app may have, and what this person's roles allow. */
export async function consentOf(db: Db, details: Details, asked: readonly AskedApi[]): Promise<Consent> {
  const requested = String(details.params.scope ?? '')
    .split(' ')
    .filter(Boolean);
  const resources: Record<string, readonly string[]> = {};
  for (const identifier of resourcesOf(details.params)) {
    const appApi = asked.find(({ api }) => api.identifier === identifier);
    if (!appApi) continue;
    const accountId = details.session?.accountId;
    const roles = accountId === undefined ? 'app' : scopesOf(await rolesAt(db, accountId, appApi));
    resources[identifier] = decideScopes({ ...appApi, requested, roles }).granted;
  }
  const oidcScopes = [
    ...requested.filter((scope) => OIDC_SCOPES.includes(scope)),
    ...scopesOfClaims(askedClaims(details)),
  ];
  return { oidcScopes: [...new Set(oidcScopes)], resources };
}

/** What the parameter `claims` names; that it is good JSON was checked when the request came. */
function askedClaims({ params }: Details): ReadonlySet<string> {
  if (typeof params.claims !== 'string') return new Set();
  const { id_token, userinfo } = JSON.parse(params.claims) as Record<string, object | undefined>;
  return new Set([...Object.keys(id_token ?? {}), ...Object.keys(userinfo ?? {})]);
}

/** The same in words, for a page. */
export function describe(
  details: Details,
  consent: Consent,
  asked: readonly AskedApi[],
  choiceOf: ChoiceOf,
): DescribedConsent {
  const redirectUri = details.params.redirect_uri;
  const aboutPerson = consent.oidcScopes.flatMap((scope) =>
    OIDC_PERMISSIONS.filter((one) => one === scope).map((one) => ({
      title: t(`consent.${one}`),
      description: t(`consent.${one}Means`),
      choice: choiceOf(one),
    })),
  );
  const aboutApis = permissionGroupsOf(consent.resources, asked, choiceOf);
  const permissionGroups = [
    { of: t('consent.account'), api: undefined, beyond: undefined, permissions: aboutPerson },
    ...aboutApis,
  ];
  return {
    permissionGroups: permissionGroups.filter(({ permissions }) => permissions.length > 0),
    offline: consent.oidcScopes.includes('offline_access') ? { choice: choiceOf('offline_access') } : undefined,
    returnsTo: typeof redirectUri === 'string' ? placeOf(redirectUri) : undefined,
    returnsInClear: isPlainHttp(String(redirectUri)),
  };
}

/** Scopes by API, in the words of its owner, who may have left a scope without any, under the API's name. */
export function permissionGroupsOf(
  resources: Readonly<Record<string, readonly string[]>>,
  asked: readonly AskedApi[],
  choiceOf: ChoiceOf = () => undefined,
) {
  return Object.entries(resources).map(([identifier, scopes]) => {
    const appApi = asked.find(({ api }) => api.identifier === identifier);
    return {
      of: appApi?.api.name ?? identifier,
      api: appApi?.api.identifier,
      by: appApi?.teamName ?? undefined,
      beyond: undefined,
      permissions: inOrder(scopes, appApi).map((scope) => ({
        title: appApi?.descriptions.get(scope) || scope,
        description: '',
        choice: choiceOf(scope, identifier),
      })),
    };
  });
}

/** As their API names them, whatever order the app asked in. */
function inOrder(scopes: readonly string[], appApi: AskedApi | undefined): readonly string[] {
  const order = [...(appApi?.descriptions.keys() ?? [])];
  return scopes.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
}
