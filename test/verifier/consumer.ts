/**
 * What someone writes who has installed the package: package.test.ts copies it into a project, with the import changed to
 * 'latchkey/verifier', checks it against the declarations and runs it on another Node.js.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AccessTokenClaims, createVerifier, fetchVerifier, VerificationError } from '../../src/verifier/index.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256', use: 'sig' };
const server = createServer((_request, response) => void response.end(JSON.stringify({ keys: [jwk] })));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const audience = 'https://api.example.com';

function mint(claims: object): string {
  const iat = Math.floor(Date.now() / 1000);
  const all = { iss: issuer, aud: audience, sub: 'a', client_id: 'a', jti: 'a', iat, exp: iat + 60, ...claims };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode({ alg: 'ES256', typ: 'at+jwt', kid: 'key-1' })}.${encode(all)}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

const verifier = createVerifier({ issuer, audience, revocations: 'off' });
const claims: AccessTokenClaims = await verifier.verify(mint({}));
const refused: unknown = await verifier.verify(mint({ exp: 1 })).catch((error: unknown) => error);
const handle = fetchVerifier(verifier, { scopes: ['a'] }, (_request, token) => new Response(token.sub));
const request = new Request(`${audience}/`, { headers: { authorization: `Bearer ${mint({ scope: 'a b' })}` } });
const answer: Response = await handle(request);
verifier.close();
server.close();

const status: number | undefined = refused instanceof VerificationError ? refused.status : undefined;
console.log(JSON.stringify({ node: process.version, sub: claims.sub, status, answer: await answer.text() }));
