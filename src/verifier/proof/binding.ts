import { invalidProof, invalidToken } from '../refusal.ts';
import { readCredentials } from '../request/credentials.ts';
import { headersOf, type VerificationRequest } from '../request/request.ts';
import type { AccessTokenClaims } from '../token/claims.ts';
import { type Certificate, checkCertificate } from './certificate.ts';
import { checkProof, type DpopSettings } from './dpop.ts';

export interface BindingSettings extends DpopSettings {
  readonly requireDpop: boolean;
  readonly getCertificate: ((request: VerificationRequest) => Certificate | undefined) | undefined;
}

export interface Presented {
  readonly claims: AccessTokenClaims;
  readonly ath: string;
  readonly request: VerificationRequest | undefined;
  readonly now: number;
}

const BINDINGS = ['jkt', 'x5t#S256'];

/** A token that is bound to a key or certificate works only together with it. */
export async function checkBinding({ claims, ath, request, now }: Presented, settings: BindingSettings): Promise<void> {
  const cnf = claims.cnf ?? {};
  // A binding that is not understood cannot be checked, so it is not met (RFC 7800 §3.1). An empty one is a mistake.
  const isUnknown = Object.keys(cnf).some((name) => !BINDINGS.includes(name));
  if (isUnknown || (claims.cnf && Object.keys(cnf).length === 0))
    throw invalidToken('the token is bound in an unknown way');
  const { jkt, 'x5t#S256': thumbprint } = cnf;
  checkScheme(jkt !== undefined, request, settings.requireDpop);
  if (jkt !== undefined) {
    if (!request) throw invalidProof('a DPoP proof is needed');
    await checkProof({ request, ath, jkt, now }, settings);
  }
  if (thumbprint !== undefined) checkCertificate(thumbprint, request && settings.getCertificate?.(request));
}

/** RFC 9449 §7.1, §7.2: a bound token is no bearer token, whatever proof comes with it, and the other way round. */
function checkScheme(isBound: boolean, request: VerificationRequest | undefined, requireDpop: boolean): void {
  if (!isBound && requireDpop) throw invalidToken('a token that is bound to a key is needed', { scheme: 'DPoP' });
  if (!request || (!isBound && headersOf(request, 'authorization').length === 0)) return;
  const { scheme } = readCredentials(request);
  if (isBound && scheme !== 'DPoP') throw invalidToken('the token is bound to a key: use DPoP', { scheme: 'DPoP' });
  if (!isBound && scheme !== 'Bearer') throw invalidToken('the token is not bound to a key: use Bearer');
}
