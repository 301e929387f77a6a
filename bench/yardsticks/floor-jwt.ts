/** The floor's tokens: what one must say, signed as the server signs. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { signWith } from '../../src/keys/signers/database-signer.ts';
import type { Alg } from '../target.ts';

const keys = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  EdDSA: generateKeyPairSync('ed25519').privateKey,
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
};
const issuer = `http://localhost:${process.env.PORT}`;
export const LIFETIME = 300;

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = (typ: string, alg: Alg) => encode({ alg, typ, kid: `a-key-of-${alg}-that-is-as-long-as-a-thumbprint` });
const headers = (typ: string) => ({
  ES256: header(typ, 'ES256'),
  EdDSA: header(typ, 'EdDSA'),
  RS256: header(typ, 'RS256'),
});
const [accessHeaders, idHeaders] = [headers('at+jwt'), headers('JWT')];

const now = () => Math.floor(Date.now() / 1000);
const jwt = (header: string, alg: Alg, claims: object) => {
  const input = `${header}.${encode(claims)}`;
  return `${input}.${Buffer.from(signWith(keys[alg], alg, Buffer.from(input))).toString('base64url')}`;
};

/** RFC 9068 §2.2. */
export function accessToken(alg: Alg, its: { sub: string; clientId: string; aud: string; scope: string }): string {
  const { sub, clientId: client_id, aud, scope } = its;
  const times = { iat: now(), exp: now() + LIFETIME, jti: randomUUID() };
  return jwt(accessHeaders[alg], alg, { iss: issuer, sub, client_id, aud, scope, ...times });
}

/** OpenID Connect Core §2. */
export function idToken(alg: Alg, { sub, aud }: { sub: string; aud: string }): string {
  const times = { iat: now(), exp: now() + LIFETIME, auth_time: now() };
  return jwt(idHeaders[alg], alg, { iss: issuer, sub, aud, ...times });
}
