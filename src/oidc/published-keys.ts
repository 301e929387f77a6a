import { usableKeys } from '../clients/public-keys.ts';

/** Bytes, once they are unpacked. */
const MOST_BYTES = 64 * 1024;

/**
 * What an app publishes at its jwks_uri, with only those keys in it that can be used. oidc-provider would parse what comes
 * without a look at its depth, and learn of a key that is none when a request needs it.
 * @throws {JsonProblem} when it is no JWK Set
 */
export async function withUsableKeys(response: Response): Promise<Response> {
  if (response.status !== 200) return response;
  const keys = usableKeys(await bodyOf(response));
  const headers = new Headers(response.headers);
  // Of the body as it was sent.
  for (const name of ['content-length', 'content-encoding']) headers.delete(name);
  return new Response(JSON.stringify(keys), { status: 200, headers });
}

async function bodyOf({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error(`the key set is larger than ${MOST_BYTES} bytes`);
  }
  return Buffer.concat(chunks);
}
