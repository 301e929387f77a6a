import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { TestServer } from './server.ts';

/** The list of epochs, or a segment of it, as it is published. */
interface EpochDocument {
  inc: number;
  since: number;
  iat: number;
  bits: number;
  index?: number;
  segments?: string[];
  epochs?: Record<string, number>;
}

/** What a server publishes, its signature checked. `length` is that of the answer in characters. */
export async function readEpochs(server: TestServer, path = '/epochs') {
  const response = await fetch(server.issuer + path);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
  const jwks = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
  const typ = path === '/epochs' ? 'epochs+jwt' : 'epoch-segment+jwt';
  const wanted = { issuer: server.issuer, typ, algorithms: ['ES256'] };
  const { payload } = await jwtVerify<EpochDocument>(text, jwks, wanted);
  return { response, length: text.length, ...payload };
}
