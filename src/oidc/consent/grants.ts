import type { Configuration, Grant, KoaContextWithOIDC } from 'oidc-provider';
import { type Consent, findConsentOf } from '../../accounts/consents.ts';
import { lockConsent } from '../../revocation/epochs.ts';
import { lifetimes } from '../../tokens/issue/lifetimes.ts';
import { consentOf, type Epochs } from '../sign-in/epochs.ts';
import type { UnitOfWork } from '../storage/unit-of-work.ts';
import { scopesOfClaims } from './claims.ts';

/** What a request asks for, in the form in which consents are remembered. */
export function requestedConsent(ctx: KoaContextWithOIDC): Consent {
  const requested = [...ctx.oidc.requestParamScopes];
  const resources = Object.entries(ctx.oidc.resourceServers ?? {}).map(([identifier, server]): [string, string[]] => [
    identifier,
    requested.filter((scope) => server.scopes.has(scope)),
  ]);
  const oidcScopes = new Set([...ctx.oidc.requestParamOIDCScopes, ...scopesOfClaims(ctx.oidc.requestParamClaims)]);
  return { oidcScopes: [...oidcScopes], resources: Object.fromEntries(resources) };
}

export function addToGrant(grant: Grant, consent: Consent): void {
  if (consent.oidcScopes.length > 0) grant.addOIDCScope(consent.oidcScopes.join(' '));
  for (const [identifier, scopes] of Object.entries(consent.resources)) {
    if (scopes.length > 0) grant.addResourceScope(identifier, scopes.join(' '));
  }
}

/**
 * The grant of this session and app. Without one, a new grant is made of what the person agreed to earlier, so that each
 * session has a family of tokens of its own: when one is stolen and revoked, the person's other browsers stay signed in.
 * So does each device. People are not asked about an app of the first party: its grant has whatever it asks for.
 */
export function createLoadExistingGrant(
  work: UnitOfWork,
  epochs: Epochs,
  clock: () => Date,
): NonNullable<Configuration['loadExistingGrant']> {
  return async (ctx) => {
    const { client, session, provider, result } = ctx.oidc;
    if (!client || !session?.accountId) return undefined;
    const grantId = result?.consent?.grantId ?? (ctx.oidc.deviceCode ? undefined : session.grantIdFor(client.clientId));
    const existing = grantId ? await provider.Grant.find(grantId) : undefined;
    const asked = client.latchkey_first_party ? requestedConsent(ctx) : undefined;
    const isEnough = existing && outlivesItsTokens(existing, clock());
    if (isEnough) return asked && !covers(existing, asked) ? widen({ work, epochs }, existing, asked) : existing;

    const { consent: given, epoch } = await findConsentOf(work.db(), session.accountId, client.clientId);
    const consent = asked ?? given;
    if (!consent) return existing;
    epochs.note(consentOf(session.accountId, client.clientId), epoch);
    const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
    addToGrant(grant, consent);
    await grant.save();
    return grant;
  };
}

/** An expired grant ends its tokens, so a grant near its end is not given to a new family. */
function outlivesItsTokens(grant: Grant, now: Date): boolean {
  return (grant.exp ?? 0) - Math.floor(now.getTime() / 1000) > lifetimes.refreshAbsolute;
}

function covers(grant: Grant, { oidcScopes, resources }: Consent): boolean {
  const has = (granted: string, scopes: readonly string[]) => new Set(scopes).isSubsetOf(new Set(granted.split(' ')));
  const all = Object.entries(resources);
  return (
    has(grant.getOIDCScope(), oidcScopes) && all.every(([api, scopes]) => has(grant.getResourceScope(api), scopes))
  );
}

/** Adds to a grant, if it is still there: the tokens that it gave stay. Otherwise it makes a new one. */
function widen(
  { work, epochs }: { readonly work: UnitOfWork; readonly epochs: Epochs },
  existing: Grant,
  consent: Consent,
): Promise<Grant> {
  const parties = { accountId: String(existing.accountId), clientId: String(existing.clientId) };
  const model = existing.constructor as typeof Grant;
  return work.transaction(async (trx) => {
    // Whoever takes the app's access back at the same time has done so by now, or waits, and then ends this grant too.
    epochs.note(consentOf(parties.accountId, parties.clientId), await lockConsent(trx, parties));
    const grant = (await model.find(existing.jti)) ?? new model(parties);
    addToGrant(grant, consent);
    await grant.save();
    return grant;
  });
}
