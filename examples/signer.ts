/**
 * A signer in a process of its own: the authorization server sends what is to be signed over a Unix socket and never
 * sees a private key. This one keeps its keys in a folder; one for PKCS#11 or a cloud KMS has the same two requests.
 *
 *   node examples/signer.ts /run/latchkey-signer.sock ./signer-keys
 *   SIGNER=unix:/run/latchkey-signer.sock npm start
 */
import { createPrivateKey, sign } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

const [socketPath = './signer.sock', folder = './signer-keys'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true, mode: 0o700 });

/** Makes a key pair, keeps the private part here, and gives away the public one. */
async function createKey(alg: string): Promise<{ publicJwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey));
  writeFileSync(join(folder, `${kid}.json`), JSON.stringify(await exportJWK(privateKey)), { mode: 0o600, flag: 'wx' });
  return { publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Signs bytes with a key of ours; the form is that of JOSE (for ES256 r and s, 32 bytes each). */
function signData({ kid, alg, data }: { kid: string; alg: string; data: string }): { signature: string } {
  if (!/^[\w-]{43}$/.test(kid)) throw new Error('that is not a key id');
  const jwk = JSON.parse(readFileSync(join(folder, `${kid}.json`), 'utf8')) as JWK;
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const digest = alg === 'EdDSA' ? null : 'sha256';
  const signature = sign(digest, Buffer.from(data, 'base64url'), { key, dsaEncoding: 'ieee-p1363' });
  return { signature: signature.toString('base64url') };
}

const server = createServer(async (request, response) => {
  try {
    const body = (await json(request)) as { kid: string; alg: string; data: string };
    const answer = request.url === '/keys' ? await createKey(body.alg) : signData(body);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
});
// Whoever can write to the socket can sign: it belongs to one user.
process.umask(0o077);
server.listen(socketPath, () => console.log(`The signer listens on ${socketPath}`));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
