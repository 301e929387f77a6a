import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';

/** A key for DPoP (RFC 9449), with its public JWK and thumbprint. */
export async function aDpopKey(alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { alg, privateKey, publicKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
}

export type DpopKey = Awaited<ReturnType<typeof aDpopKey>>;

export const hashOfToken = (accessToken: string) => createHash('sha256').update(accessToken).digest('base64url');

/** A good proof, with changes; a claim set to undefined is left out. */
export function proofOf(
  key: DpopKey,
  request: { method: string; url: string },
  changes: { claims?: Record<string, unknown>; header?: Record<string, unknown> } = {},
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { jti: randomUUID(), htm: request.method, htu: request.url, iat, ...changes.claims };
  const header = { alg: key.alg, typ: 'dpop+jwt', jwk: key.jwk, ...changes.header };
  return new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey);
}
