import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { TestServer } from './server.ts';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A key pair of an app that authenticates by private_key_jwt, with the JWKS that it registers. */
export async function anAssertionKey(alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const kid = randomUUID();
  return {
    alg,
    kid,
    privateKey,
    publicKey,
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }] },
  };
}

export type AssertionKey = Awaited<ReturnType<typeof anAssertionKey>>;

/** A good assertion of RFC 7523 §3, with changes; a claim set to undefined is left out. */
export async function assertionOf(
  server: Pick<TestServer, 'issuer'>,
  clientId: string,
  key: AssertionKey,
  changes: { claims?: Record<string, unknown>; header?: Record<string, unknown> } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: server.issuer,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
    ...changes.claims,
  };
  return new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid, ...changes.header }).sign(key.privateKey);
}

/** What goes into the form beside the rest. */
export const asForm = (assertion: string) => ({ client_assertion: assertion, client_assertion_type: ASSERTION_TYPE });
