import type { Client, Configuration, Grant, KoaContextWithOIDC } from 'oidc-provider';
import { type Decided, findConsentOf } from '../../accounts/consents/consents.ts';
import {
  type Consent,
  common,
  filterConsent,
  isNothing,
  merge,
  NOTHING,
  without,
} from '../../accounts/consents/scopes.ts';
import { lockConsent } from '../../revocation/epochs.ts';
import { lifetimes } from '../../tokens/issue/lifetimes.ts';
import { consentOf, type Epochs } from '../sign-in/epochs.ts';
import type { UnitOfWork } from '../storage/unit-of-work.ts';
import { scopesOfClaims } from './claims.ts';
import { addToGrant, decidedIn, setLeftOut } from './granted.ts';

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

/** Which scopes people may leave out when they let an app in (decision 53). */
export const optionalOf = (client: Client) => new Set(client.latchkey_optional_scopes as readonly string[]);

/**
 * The grant of this session and app. Without one, a new grant is made of what the person decided earlier, so that each
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
    const requested = requestedConsent(ctx);
    const owned = client.latchkey_first_party ? { given: requested, leftOut: NOTHING } : undefined;
    const isEnough = existing && outlivesItsTokens(existing, clock());
    const open = isEnough ? openIn(existing, requested, owned) : requested;
    if (isEnough && isNothing(open)) return asksAnew(existing, requested, client);

    const { decided: remembered, epoch } = await findConsentOf(work.db(), session.accountId, client.clientId);
    const decided = owned ?? remembered;
    if (!decided) return existing;
    // As old as what was read: what is withdrawn meanwhile is not given.
    epochs.note(consentOf(session.accountId, client.clientId), epoch);
    if (isEnough) {
      const helps = !isNothing(common(open, merge(decided.given, decided.leftOut)));
      return asksAnew(helps ? await widen({ work, epochs }, existing, decided) : existing, requested, client);
    }
    const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
    addToGrant(grant, decided);
    await grant.save();
    return asksAnew(grant, requested, client);
  };
}

/** An expired grant ends its tokens, so a grant near its end is not given to a new family. */
function outlivesItsTokens(grant: Grant, now: Date): boolean {
  return (grant.exp ?? 0) - Math.floor(now.getTime() / 1000) > lifetimes.refreshAbsolute;
}

/** What a grant says nothing of. What was left out of an app that nobody is asked about any more is open again. */
function openIn(grant: Grant, requested: Consent, owned: Decided | undefined): Consent {
  const { given, leftOut } = decidedIn(grant);
  return without(requested, owned ? given : merge(given, leftOut));
}

/**
 * The person is asked again about what they left out earlier where the app cannot do without it by now, and where it asks for
 * nothing else: then it needs that for what they are just doing. Not stored: the answer is.
 */
function asksAnew(grant: Grant, requested: Consent, client: Client): Grant {
  const { given, leftOut } = decidedIn(grant);
  if (isNothing(leftOut)) return grant;
  const optional = optionalOf(client);
  const hasSome = !isNothing(common(requested, given));
  setLeftOut(
    grant,
    filterConsent(leftOut, (scope) => hasSome && optional.has(scope)),
  );
  return grant;
}

/** Adds to a grant, if it is still there: the tokens that it gave stay. Otherwise it makes a new one. */
function widen(
  { work, epochs }: { readonly work: UnitOfWork; readonly epochs: Epochs },
  existing: Grant,
  decided: Decided,
): Promise<Grant> {
  const parties = { accountId: String(existing.accountId), clientId: String(existing.clientId) };
  const model = existing.constructor as typeof Grant;
  return work.transaction(async (trx) => {
    // Whoever takes the app's access back at the same time has done so by now, or waits, and then ends this grant too.
    epochs.note(consentOf(parties.accountId, parties.clientId), await lockConsent(trx, parties));
    const grant = (await model.find(existing.jti)) ?? new model(parties);
    addToGrant(grant, decided);
    await grant.save();
    return grant;
  });
}
