import type { Grant } from 'oidc-provider';
import type { Decided } from '../../accounts/consents/consents.ts';
import { type Consent, merge, NOTHING, without } from '../../accounts/consents/scopes.ts';

/** What a grant has, and what it keeps as refused: either has this form. */
type Part = Pick<Grant, 'openid' | 'resources'>;

/** What a grant gives, and what the person left out of it. */
export const decidedIn = (grant: Grant): Decided => ({ given: read(grant), leftOut: read(grant.rejected ?? {}) });

/** Adds to a grant what the person has decided; what they decided before about the same scopes does not count any more. */
export function addToGrant(grant: Grant, { given, leftOut }: Decided): void {
  const before = decidedIn(grant);
  write(grant, merge(without(before.given, leftOut), given));
  setLeftOut(grant, merge(without(before.leftOut, given), leftOut));
}

/** No scope is in both parts of a grant: so what it gives is what its first part has, whoever reads it. */
export function setLeftOut(grant: Grant, leftOut: Consent): void {
  if (grant.rejected === undefined && leftOut === NOTHING) return;
  grant.rejected ??= {};
  write(grant.rejected, leftOut);
  if (grant.rejected.openid === undefined && grant.rejected.resources === undefined) delete grant.rejected;
}

function read({ openid, resources }: Part): Consent {
  const ofApis = Object.entries(resources ?? {}).map(([api, scope]) => [api, words(scope)]);
  return { oidcScopes: words(openid?.scope), resources: Object.fromEntries(ofApis) };
}

function write(part: Part, { oidcScopes, resources }: Consent): void {
  const { claims } = part.openid ?? {};
  const scope = oidcScopes.join(' ');
  const openid = { ...(scope ? { scope } : {}), ...(claims?.length ? { claims } : {}) };
  const ofApis = Object.entries(resources).filter(([, scopes]) => scopes.length > 0);
  part.openid = openid;
  part.resources = Object.fromEntries(ofApis.map(([api, scopes]) => [api, scopes.join(' ')]));
  if (Object.keys(openid).length === 0) delete part.openid;
  if (ofApis.length === 0) delete part.resources;
}

const words = (text: string | undefined): string[] => text?.split(' ').filter(Boolean) ?? [];
