import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { CommandFailure } from '../failures.ts';
import { exchange } from './exchange.ts';
import type { Endpoints } from './server.ts';
import { shorten } from './shorten.ts';
import type { Transcript } from './transcript.ts';

const TIMES = new Set(['exp', 'iat', 'nbf', 'auth_time']);

/** The header and the claims of a JWT, with times in words; undefined for a token that only the server can read. */
export function decoded(token: string): Record<string, unknown> | undefined {
  try {
    const { alg, kid, typ } = decodeProtectedHeader(token);
    const claims = Object.entries(decodeJwt(token)).map(([name, value]) => [name, claimInWords(name, value)]);
    return { header: { alg, typ, kid }, ...Object.fromEntries(claims) };
  } catch {
    return undefined;
  }
}

function claimInWords(name: string, value: unknown): unknown {
  if (TIMES.has(name)) return `${value} (${new Date(Number(value) * 1000).toISOString()})`;
  return name === 'nonce' || name === 'at_hash' ? shorten(String(value)) : value;
}

/** Does what an API does with a token: verifies it with the keys that the server publishes, and asks nobody. */
export async function verifyAtApi(
  transcript: Transcript,
  endpoints: Endpoints,
  { token, audience }: { token: string; audience: string },
): Promise<void> {
  const words = {
    title: 'The API gets the keys',
    rfc: 'RFC 7517 §5',
    what: 'Once in a while an API fetches the public keys; with them it verifies every token by itself.',
  };
  const keys = await exchange(transcript, words, { url: endpoints.jwks_uri }, ({ keys: list }) => ({
    keys: (list as { kid: string; alg: string }[]).map(({ kid, alg }) => ({ kid, alg, '…': 'and its public part' })),
  }));
  const keySet = createLocalJWKSet(keys.body as unknown as JSONWebKeySet);
  const options = { issuer: endpoints.issuer, audience, typ: 'at+jwt' };
  const { payload } = await jwtVerify(token, keySet, options).catch((error: unknown) => {
    throw new CommandFailure(`the token is not good: ${error instanceof Error ? error.message : String(error)}`);
  });
  transcript.step({
    title: 'The API verifies the token',
    rfc: 'RFC 9068 §4',
    what: 'Signature, type, issuer, audience and time are right; then the API looks whether the scope allows the call.',
    shown: {
      signature: 'good',
      ...options,
      'good for': `${Number(payload.exp) - Number(payload.iat)} s`,
      scope: payload.scope,
    },
  });
}

/** Shows what is in the tokens of an answer. */
export function showTokens(transcript: Transcript, body: Readonly<Record<string, unknown>>): void {
  const access = decoded(String(body.access_token));
  transcript.step({
    title: 'Look into the access token',
    rfc: 'RFC 9068 §2',
    what: 'It is for one API (aud), says who asks (client_id) and for whom (sub), what it allows (scope) and until when.',
    shown: access ?? { 'access token': 'opaque: only the server can read it, at its UserInfo endpoint' },
  });
  if (typeof body.id_token !== 'string') return;
  transcript.step({
    title: 'Look into the ID token',
    rfc: 'OpenID Connect Core §2',
    what: 'It tells the app who signed in, and is for the app alone: no API takes it.',
    shown: decoded(body.id_token) ?? {},
  });
}
