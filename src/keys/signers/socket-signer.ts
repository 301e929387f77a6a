import { request } from 'node:http';
import type { JWK } from 'jose';
import { type Signer, SignerUnavailable } from './signer.ts';

const TIMEOUT_MS = 2000;

/**
 * Lets another local process sign, over HTTP on a Unix socket: `POST /keys {"alg"}` answers `{"publicJwk"}`, and
 * `POST /sign {"kid","alg","data"}` answers `{"signature"}`, both in base64url. See examples/signer.ts.
 */
export function createSocketSigner(socketPath: string): Signer {
  return {
    name: 'socket',
    async createKey(alg) {
      const { publicJwk } = await call<{ publicJwk: JWK }>(socketPath, '/keys', { alg });
      return { publicJwk, sealedPrivateJwk: undefined };
    },
    async sign({ kid, alg }, data) {
      const { signature } = await call<{ signature: string }>(socketPath, '/sign', {
        kid,
        alg,
        data: Buffer.from(data).toString('base64url'),
      });
      return Buffer.from(signature, 'base64url');
    },
    check() {},
  };
}

async function call<T>(socketPath: string, path: string, body: object): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const outgoing = request(
    { socketPath, path, method: 'POST', signal, headers: { 'content-type': 'application/json' } },
    (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.on('error', reject);
      incoming.on('end', () => {
        if (incoming.statusCode !== 200) return reject(new Error(`the signer answered ${incoming.statusCode}`));
        try {
          resolve(JSON.parse(text) as T);
        } catch (error) {
          reject(error);
        }
      });
    },
  );
  outgoing.on('error', reject);
  outgoing.end(JSON.stringify(body));
  try {
    return await promise;
  } catch (error) {
    throw new SignerUnavailable(error);
  }
}
