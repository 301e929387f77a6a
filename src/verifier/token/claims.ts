import { invalidToken } from '../refusal.ts';
import type { JsonObject } from './strict-json.ts';

/** What an access token says (RFC 9068 §2.2). Times are Unix seconds. The object is frozen: requests share it. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly client_id: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  readonly nbf?: number;
  readonly scope?: string;
  readonly grant_id?: string;
  /** How and when the person signed in (RFC 9068 §2.2.1); a token of an app itself has none of them. */
  readonly acr?: string;
  readonly amr?: readonly string[];
  readonly auth_time?: number;
  /**
   * The incarnation of the issuer's database, then the epochs of what the token hangs on, as they were before it was
   * decided on. Zeros at the end are left out.
   */
  readonly ep?: readonly number[];
  /** What the token is bound to: `jkt` (RFC 9449 §6.1), `x5t#S256` (RFC 8705 §3.1). */
  readonly cnf?: { readonly [method: string]: unknown };
  readonly [claim: string]: unknown;
}

/** The end of the year 9999, the last that dates are written with. */
const LAST_DATE = 253_402_300_799;

/** The claims with their types, of the one issuer. */
export function checkClaims(payload: JsonObject, expected: { issuer: string }): AccessTokenClaims {
  for (const name of ['iss', 'sub', 'client_id', 'jti']) requireText(payload, name);
  for (const name of ['scope', 'grant_id']) if (payload[name] !== undefined) requireText(payload, name, true);
  for (const name of ['iat', 'exp']) requireDate(payload, name);
  if (payload.nbf !== undefined) requireDate(payload, 'nbf');
  if (payload.ep !== undefined && !isListOfEpochs(payload.ep)) throw invalidToken('the claim ep is wrong');
  if (payload.cnf !== undefined && !isObject(payload.cnf)) throw invalidToken('the claim cnf is not an object');
  if (payload.iss !== expected.issuer) throw invalidToken('the token is from another issuer');
  return payload as AccessTokenClaims;
}

/**
 * The API by its identifier as the token has it, which may have a slash at its end where ours has none, or the other way round.
 * Whether that is the same API is for the issuer to say.
 */
export function audienceOf({ aud }: AccessTokenClaims, ours: string): string {
  const audiences = audiencesOf(aud);
  const alike = ours.endsWith('/') ? ours.slice(0, -1) : `${ours}/`;
  const found = [ours, alike].find((one) => audiences.includes(one));
  if (found === undefined) throw invalidToken('the token is for another API');
  return found;
}

/** RFC 7519 §4.1.4–4.1.6, with some tolerance for clocks that differ. */
export function checkTimes({ exp, nbf, iat }: AccessTokenClaims, now: number, tolerance: number): void {
  if (now - tolerance >= exp) throw invalidToken('the token has expired');
  if (nbf !== undefined && nbf > now + tolerance) throw invalidToken('the token is not valid yet');
  if (iat > now + tolerance) throw invalidToken('the token is from the future');
}

function requireText(payload: JsonObject, name: string, mayBeEmpty = false): void {
  const value = payload[name];
  if (typeof value !== 'string' || (value === '' && !mayBeEmpty))
    throw invalidToken(`the claim ${name} is missing or wrong`);
}

/** Whole seconds only. RFC 7519 §2 allows fractions; this issuer writes none, and they invite differences in rounding. */
function requireDate(payload: JsonObject, name: string): void {
  const value = payload[name];
  const isDate = Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LAST_DATE;
  if (!isDate) throw invalidToken(`the claim ${name} is missing or wrong`);
}

function audiencesOf(aud: unknown): readonly unknown[] {
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (audiences.length === 0 || !audiences.every((one) => typeof one === 'string' && one !== '')) {
    throw invalidToken('the claim aud is missing or wrong');
  }
  return audiences;
}

/** A later server may know more epochs than this one does; the bound is for what is kept of a token. */
const MOST_EPOCHS = 32;

function isListOfEpochs(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_EPOCHS) return false;
  return value.every((one) => Number.isSafeInteger(one) && one >= 0);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
