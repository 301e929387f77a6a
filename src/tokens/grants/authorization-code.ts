import { hash } from 'node:crypto';
import type { CachedClient } from '../../clients/client-cache.ts';
import { OF_THE_CALLER } from '../caller.ts';
import type { StoredToken } from '../storage/stored-token.ts';
import {
  type Asked,
  firstOfFamily,
  type PersonalGrant,
  type PersonalOrder,
  PLAIN_TOKEN,
  readConsent,
  type UsedToken,
} from './personal.ts';

const GTY = 'authorization_code';
const OF_A_CODE = ['codeChallenge', 'codeChallengeMethod', 'redirectUri', 'expiresWithSession'];
const PLAIN = { model: 'AuthorizationCode', members: new Set([...PLAIN_TOKEN, ...OF_A_CODE]) };

/** RFC 6749 §4.1.3, of a code that nobody has used, with the proof of RFC 7636 §4.6. */
function decide(app: CachedClient, stored: StoredToken, asked: Asked): PersonalOrder | undefined {
  const consented = readConsent(app, stored, asked, PLAIN);
  if (!consented) return undefined;
  const { used } = consented;
  if (used.redirectUri === undefined || used.redirectUri !== asked.form.get('redirect_uri')) return undefined;
  if (!isProven(used, asked.form.get('code_verifier'))) return undefined;
  return { ...consented, gty: GTY, successor: firstOfFamily(app, used, { gty: GTY, now: asked.now }) };
}

/** RFC 7636 §4.1: 43 to 128 letters. An app may be set to do without PKCE; then there is neither. */
const VERIFIER = /^[\w.~-]{43,128}$/;

function isProven({ codeChallenge, codeChallengeMethod }: UsedToken, verifier: string | undefined): boolean {
  if (codeChallenge === undefined) return verifier === undefined;
  if (verifier === undefined || codeChallengeMethod !== 'S256' || !VERIFIER.test(verifier)) return false;
  // What is compared is a hash of what is presented, so the time that it takes tells nothing.
  return hash('sha256', verifier, 'base64url') === codeChallenge;
}

export const authorizationCodeGrant: PersonalGrant = {
  grantType: 'authorization_code',
  parameter: 'code',
  parameters: new Set([...['grant_type', 'code', 'redirect_uri', 'code_verifier', 'resource'], ...OF_THE_CALLER]),
  model: 'AuthorizationCode',
  decide,
  event: 'code.exchanged',
  usage: 'authorization_code',
};
