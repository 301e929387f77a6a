import { noCredentials, Refusal } from '../refusal.ts';
import { headersOf, type VerificationRequest } from './request.ts';

export interface Credentials {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly token: string;
}

/** RFC 6750 §2.1: one space at least, then a b64token. */
const TOKEN = /^[\w.~+/-]+=*$/;

/**
 * The token in the Authorization header. The query and the body are never looked at: what is in a URL ends up in logs
 * and Referer headers (RFC 9700 §4.3.2).
 * @throws {Refusal} without a code when there is none, invalid_request when it cannot be read
 */
export function readCredentials(request: VerificationRequest): Credentials {
  const [value, ...more] = headersOf(request, 'authorization');
  if (value === undefined) throw noCredentials();
  const [scheme, ...rest] = value.trim().split(/ +/);
  const known = schemeOf(scheme);
  if (!known && more.length === 0) throw noCredentials();
  const [token = '', ...extra] = rest;
  if (!known || more.length > 0 || extra.length > 0 || !TOKEN.test(token)) {
    throw new Refusal('invalid_request', 'the Authorization header is malformed', known ? { scheme: known } : {});
  }
  return { scheme: known, token };
}

/** For the challenge, where the token itself is not the question. */
export function schemeUsed(request: VerificationRequest): Credentials['scheme'] | undefined {
  return schemeOf(headersOf(request, 'authorization')[0]?.trim().split(' ')[0]);
}

/** Scheme names ignore case (RFC 9110 §11.1). */
function schemeOf(name = ''): Credentials['scheme'] | undefined {
  if (/^bearer$/i.test(name)) return 'Bearer';
  return /^dpop$/i.test(name) ? 'DPoP' : undefined;
}
