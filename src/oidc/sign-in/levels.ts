import { errors, interactionPolicy } from 'oidc-provider';
import { LEVELS, type Level, levelOf, reaches } from '../../verifier/token/levels.ts';
import type { Details } from './interaction-parts.ts';

type Params = Readonly<Record<string, unknown>> | undefined;

/**
 * The lowest level that would do for a request: of `acr_values`, or `acr` of its `claims` (OpenID Connect Core §3.1.2.1, §5.5.1.1).
 * Values that nobody here knows are left out. @throws UnmetAuthenticationRequirements when an essential one is left without any
 */
export function levelAsked(params: Params): Level | undefined {
  const acr = ofClaims(params?.claims);
  const wanted = acr ? (acr.values ?? [acr.value]) : String(params?.acr_values ?? '').split(' ');
  const known = LEVELS.filter((level) => wanted.includes(level));
  if (known.length === 0 && acr?.essential)
    throw new errors.UnmetAuthenticationRequirements('none of the requested acr values can be reached here');
  return known[0];
}

function ofClaims(claims: unknown): { essential?: boolean; value?: unknown; values?: unknown[] } | undefined {
  if (typeof claims !== 'string') return undefined;
  const acr = (JSON.parse(claims) as { id_token?: { acr?: { values?: unknown } } }).id_token?.acr;
  if (!acr) return undefined;
  if (acr.values !== undefined && !Array.isArray(acr.values))
    throw new errors.InvalidRequest('invalid claims.id_token.acr.values type');
  return acr as ReturnType<typeof ofClaims>;
}

/**
 * In place of the library's checks of `acr`, which compare names and know no higher and lower. It asks for voluntary values too
 * (RFC 9470 §5): a client that follows a challenge sends `acr_values`.
 */
export function levelCheck() {
  const { Check } = interactionPolicy;
  return new Check(LEVEL_MISSING, 'a higher level of authentication is required', 'login_required', ({ oidc }) => {
    const wanted = levelAsked(oidc.params);
    if (wanted === undefined || oidc.session?.accountId === undefined) return false;
    return !reaches(levelOf(oidc.session.amr), wanted);
  });
}

export const LEVEL_MISSING = 'level_missing';

/** Somebody who is signed in, and is asked for nothing but more. */
export const isStepUp = ({ prompt, session }: Details): boolean =>
  session?.accountId !== undefined && prompt.reasons.every((reason) => reason === LEVEL_MISSING);

/** Whether more than a password is asked for. */
export const asksForMore = (params: Params): boolean => {
  const wanted = levelAsked(params);
  return wanted !== undefined && wanted !== LEVELS[0];
};
