import type { Provider } from 'oidc-provider';
import type { Consent } from '../accounts/consents.ts';
import { findApiScopes } from '../apis/apis.ts';
import { decideScopes } from '../apis/policy.ts';
import { findAppApi } from '../apis/subscriptions.ts';
import type { Db } from '../db/connection.ts';

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

const OIDC_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/** What OpenID scopes mean, in words for people. `openid` itself and `offline_access` are said elsewhere on the page. */
const OIDC_PERMISSIONS: Record<string, { title: string; description: string }> = {
  openid: { title: 'Know who you are', description: 'An identifier that stays the same each time you sign in.' },
  profile: { title: 'See your name', description: 'Your name as you have entered it here.' },
  email: { title: 'See your email address', description: 'Your email address, and whether it is verified.' },
};

/** What the request asks of the person: of each API just what the app may have at all. */
export async function consentOf(db: Db, details: Details): Promise<Consent> {
  const requested = String(details.params.scope ?? '')
    .split(' ')
    .filter(Boolean);
  const clientId = String(details.params.client_id);
  const resources: Record<string, readonly string[]> = {};
  for (const identifier of [details.params.resource ?? []].flat().map(String)) {
    const appApi = await findAppApi(db, clientId, identifier);
    if (appApi) resources[identifier] = decideScopes({ ...appApi, requested }).granted;
  }
  return { oidcScopes: requested.filter((scope) => OIDC_SCOPES.includes(scope)), resources };
}

/** The same for the page. */
export async function describeConsent(db: Db, details: Details) {
  const consent = await consentOf(db, details);
  const permissions = consent.oidcScopes.flatMap((scope) => {
    const permission = OIDC_PERMISSIONS[scope];
    return permission ? [{ ...permission, audience: undefined as string | undefined }] : [];
  });
  for (const [identifier, scopes] of Object.entries(consent.resources)) {
    const appApi = await findAppApi(db, String(details.params.client_id), identifier);
    const descriptions = new Map(
      (appApi ? await findApiScopes(db, appApi.api.id) : []).map((scope) => [scope.name, scope.description]),
    );
    for (const scope of scopes) {
      const description = descriptions.get(scope) ?? '';
      permissions.push({
        title: description || scope,
        description: description ? scope : '',
        audience: appApi?.api.name,
      });
    }
  }
  return {
    permissions,
    offline: consent.oidcScopes.includes('offline_access'),
    returnsTo: destinationOf(String(details.params.redirect_uri)),
  };
}

/** Where the person goes afterwards, as short as it stays true. */
function destinationOf(redirectUri: string): string {
  const uri = URL.parse(redirectUri);
  return uri?.host || uri?.protocol || redirectUri;
}
