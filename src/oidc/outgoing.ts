import type { Configuration } from 'oidc-provider';
import { usableKeys } from '../clients/keys/public-keys.ts';
import type { GetDocument } from '../outgoing/documents.ts';

/**
 * How the provider asks for what apps publish, which is their keys: only those that can be used come back. It would parse
 * what comes without a look at its depth, and it brings a dispatcher that hangs up on inner addresses once it is connected;
 * this way does not connect.
 */
export function fetchPublished(getDocument: GetDocument): NonNullable<Configuration['fetch']> {
  return async (input, init) => {
    if ((init?.method ?? 'GET') !== 'GET') throw new Error('nothing is sent to addresses of others, only fetched');
    const { text, maxAge } = await getDocument(String(input), (read) => JSON.stringify(usableKeys(read)));
    const headers = { 'content-type': 'application/json', 'cache-control': `max-age=${maxAge}` };
    return new Response(text, { headers });
  };
}
