import { invalidToken } from '../refusal.ts';
import type { JsonObject } from './strict-json.ts';

/**
 * Header members that bring keys or change how the token is read. The keys are the issuer's, from its own address, and
 * never what a token says (RFC 8725 §3.10); `crit` names extensions, of which none is understood (RFC 7515 §4.1.11).
 */
const REFUSED = ['crit', 'jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'b64', 'zip', 'enc'];

/** RFC 9068 §4: any other type, an ID token's included, is not an access token. Media types ignore case. */
const ACCESS_TOKEN_TYPE = /^(?:application\/)?at\+jwt$/i;

const MAX_KID_LENGTH = 256;

export interface TokenHeader {
  readonly alg: string;
  readonly kid: string;
}

export function checkTokenHeader(header: JsonObject, algorithms: readonly string[]): TokenHeader {
  const { alg, kid, typ } = header;
  const refused = REFUSED.find((name) => Object.hasOwn(header, name));
  if (refused) throw invalidToken(`the token header must not have ${refused}`);
  if (typeof alg !== 'string' || !algorithms.includes(alg)) throw invalidToken('the token algorithm is not accepted');
  if (typeof typ !== 'string' || !ACCESS_TOKEN_TYPE.test(typ)) throw invalidToken('this is not an access token');
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID_LENGTH)
    throw invalidToken('the token names no key');
  return { alg, kid };
}
