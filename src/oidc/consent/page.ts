import type { Consent } from '../../accounts/consents.ts';
import { findApiScopes } from '../../apis/apis.ts';
import { findAppApi } from '../../apis/app-apis.ts';
import { decideScopes } from '../../apis/policy.ts';
import { isPlainHttp } from '../../clients/redirect-uris.ts';
import { findTeamName } from '../../clients/who-asks.ts';
import type { Db } from '../../db/connections/connection.ts';
import { rolesAt, scopesOf } from '../../tokens/personal-use.ts';
import type { ViewModels } from '../../views/models.ts';

/** An authorization request, or a device's, and the person who is signed in, if anyone is. */
interface Details {
  readonly params: Readonly<Record<string, unknown>>;
  readonly session?: { readonly accountId?: string | undefined } | undefined;
}
type DescribedConsent = Pick<ViewModels['consent'], 'permissionGroups' | 'offline' | 'returnsTo' | 'returnsInClear'>;

const OIDC_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/** What OpenID scopes mean, in words for people. `offline_access` is said elsewhere on the page. */
const OIDC_PERMISSIONS: Record<string, { title: string; description: string }> = {
  openid: { title: 'Know who you are', description: 'The app knows you again when you come back.' },
  profile: { title: 'See your name', description: 'The name on your account here.' },
  email: { title: 'See your email address', description: 'And whether it is verified.' },
};

/** What the request asks of the person: of each API just what the app may have, and what this person's roles allow. */
export async function consentOf(db: Db, details: Details): Promise<Consent> {
  const requested = String(details.params.scope ?? '')
    .split(' ')
    .filter(Boolean);
  const clientId = String(details.params.client_id);
  const resources: Record<string, readonly string[]> = {};
  for (const identifier of [details.params.resource ?? []].flat().map(String)) {
    const appApi = await findAppApi(db, clientId, identifier);
    if (!appApi) continue;
    const accountId = details.session?.accountId;
    const roles = accountId === undefined ? 'app' : scopesOf(await rolesAt(db, accountId, appApi));
    resources[identifier] = decideScopes({ ...appApi, requested, roles }).granted;
  }
  return { oidcScopes: requested.filter((scope) => OIDC_SCOPES.includes(scope)), resources };
}

/** The same in words, for a page. */
export async function describe(db: Db, details: Details, consent: Consent): Promise<DescribedConsent> {
  const aboutPerson = consent.oidcScopes.flatMap((scope) => OIDC_PERMISSIONS[scope] ?? []);
  const aboutApis = await describeScopes(db, String(details.params.client_id), consent.resources);
  const permissionGroups = [{ of: 'Your account', permissions: aboutPerson }, ...aboutApis];
  return {
    permissionGroups: permissionGroups.filter(({ permissions }) => permissions.length > 0),
    offline: consent.oidcScopes.includes('offline_access'),
    returnsTo: destinationOf(details.params.redirect_uri),
    returnsInClear: isPlainHttp(String(details.params.redirect_uri)),
  };
}

/** Scopes by API, in words, under the APIs' names. */
export async function describeScopes(
  db: Db,
  clientId: string,
  resources: Readonly<Record<string, readonly string[]>>,
): Promise<{ of: string; permissions: { title: string; description: string }[] }[]> {
  const described = [];
  for (const [identifier, scopes] of Object.entries(resources)) {
    described.push(await describeApi(db, clientId, identifier, scopes));
  }
  return described;
}

/** Scopes of one API in the words of its owner, who may have left a scope without any. */
async function describeApi(db: Db, clientId: string, identifier: string, scopes: readonly string[]) {
  const appApi = await findAppApi(db, clientId, identifier);
  const offered = appApi ? await findApiScopes(db, appApi.api.id) : [];
  const descriptions = new Map(offered.map((scope) => [scope.name, scope.description]));
  return {
    of: appApi?.api.name ?? identifier,
    by: await findTeamName(db, appApi?.api.team_id ?? null),
    permissions: scopes.map((scope) => ({ title: descriptions.get(scope) || scope, description: '' })),
  };
}

/** Where the person goes afterwards, as short as it stays true. */
function destinationOf(redirectUri: unknown): string | undefined {
  if (typeof redirectUri !== 'string') return undefined;
  const uri = URL.parse(redirectUri);
  return uri?.host || uri?.protocol || redirectUri;
}
