import { PROFILE_FIELDS } from '../../accounts/profile/fields.ts';
import { settings } from '../../clients/settings/settings.ts';

/** Which fields of a form are kept when its session has ended, and which page has the form. */
export interface KeptFields {
  readonly fields: readonly string[];
  /** The path of the page, from the one that the form is sent to: the same unless it says otherwise. */
  readonly page?: (action: string) => string;
}

const below = (action: string) => `${action}/new`;
const above = (action: string) => action.slice(0, action.lastIndexOf('/'));
const approvals = () => '/approvals';

const NEW_APP = 'type name description team redirectUris api find found scopes reason';
const API = 'name description docsUrl tokenLifetime signingAlg visibility visibleTeams rolesClaim';
/** A line of the form for each scope: their fields have its number. */
const SCOPE_LINE = /^(scope|means|approval|role)-\d{1,3}$/;
const BRANDING = 'name accent privacyUrl termsUrl supportUrl version';
const PROFILE = PROFILE_FIELDS.join(' ');
const SETTINGS = settings.map(([name]) => name).join(' ');

const keep = (fields: string, page?: KeptFields['page']): KeptFields => ({
  fields: fields.split(' '),
  ...(page ? { page } : {}),
});

/**
 * By the path of the route. Never a password, a secret, a token, a key (one that is pasted may be the wrong part), or a
 * file. What is not here has nothing that somebody typed: it is refused, and nothing is lost.
 */
export const KEPT_FIELDS: Readonly<Record<string, KeptFields>> = {
  '/apps': keep(NEW_APP, below),
  '/apps/new': keep(NEW_APP),
  '/apps/:id/settings': keep(`name defaultApi version ${SETTINGS}`),
  '/apps/:id/authentication': keep('authMethod jwksUri version'),
  '/apps/:id/secrets': keep('name days', below),
  '/apps/:id/secrets/:secret/rotate': keep('name days when hours at'),
  '/apps/:id/disable': keep('reason'),
  '/apis': keep(`team identifier ${API}`, below),
  '/apis/:api/edit': keep(`version ${API}`),
  '/apis/:api/protect': keep('app address'),
  '/apis/:api/requests': keep('app scopes reason', above),
  '/apis/:api/suspend': keep('reason'),
  '/apis/:api/roles': keep('name description scopes'),
  '/apis/:api/roles/:role': keep('name description scopes version'),
  '/apis/:api/roles/:role/people': keep('person', above),
  '/subscriptions/:subscription/approve': keep('scopes note', approvals),
  '/subscriptions/:subscription/deny': keep('scopes note', approvals),
  '/subscriptions/:subscription/narrow': keep('scopes note'),
  '/subscriptions/:subscription/suspend': keep('reason'),
  '/subscriptions/:subscription/cancel': keep('reason'),
  '/teams': keep('name', below),
  '/teams/:team/rename': keep('name version'),
  '/teams/:team/invitations': keep('email role', above),
  '/teams/:team/suspend': keep('reason'),
  '/preferences': keep('language timeZone'),
  '/account/address': keep('email'),
  // The name of a passkey, and not what the browser answers for it.
  '/account/factors/passkeys': keep('name'),
  '/account/profile': keep(`name version ${PROFILE}`),
  '/tools/inspector': keep('api scope'),
  '/operator/people/invitations': keep('email', above),
  '/operator/people/:person': keep(`name email version ${PROFILE}`),
  '/operator/people/:person/disable': keep('reason'),
  '/operator/branding': keep(BRANDING),
  '/operator/branding/preview': keep(BRANDING, above),
  '/operator/sign-up': keep('mode domains'),
  '/operator/groups': keep('name'),
  '/operator/groups/:group': keep('name version'),
  '/operator/groups/:group/people': keep('person', above),
};

const WITH_SCOPE_LINES = new Set(['/apis', '/apis/:api/edit']);

/** What is kept of the fields that came to this route. */
export function pickKept(route: string, fields: Readonly<Record<string, unknown>>): Record<string, string | string[]> {
  const known = new Set(KEPT_FIELDS[route]?.fields);
  const isKept = (name: string) => known.has(name) || (WITH_SCOPE_LINES.has(route) && SCOPE_LINE.test(name));
  return Object.fromEntries(Object.entries(fields).filter(([name]) => isKept(name))) as Record<string, string>;
}
