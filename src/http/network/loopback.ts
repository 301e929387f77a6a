import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { placeOf } from './place.ts';

export interface Loopback {
  /** Told where the server listens, once it does. */
  attach(address: AddressInfo): void;
  fetch(url: string, init: { method?: string; headers?: Record<string, string>; body?: unknown }): Promise<Response>;
}

/**
 * A fetch that reaches this very server through its own socket, whatever proxy the issuer's name leads to: for the
 * portal, which is a client of the server that it is part of. (The global fetch does not let the Host header be set.)
 */
export function createLoopback(issuer: string): Loopback {
  const { origin } = placeOf(issuer);
  let address: AddressInfo | undefined;
  return {
    attach(listener) {
      // Kept, because a server that drains has none any more, and another process may listen there.
      address = listener;
    },
    async fetch(url, { method = 'GET', headers = {}, body }) {
      const target = new URL(url);
      if (!address || target.origin !== origin)
        throw new Error('the loopback reaches only this server, while it listens');
      const { promise, resolve, reject } = Promise.withResolvers<Response>();
      const outgoing = request(
        {
          host: reachable(address.address),
          port: address.port,
          path: target.pathname + target.search,
          method,
          headers: { ...headers, host: target.host },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const type = incoming.headers['content-type'] ?? '';
            resolve(
              new Response(text || null, { status: incoming.statusCode ?? 500, headers: { 'content-type': type } }),
            );
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined || body === null ? undefined : String(body));
      return promise;
    },
  };
}

/** An address to reach a listener at: a wildcard is not one. */
function reachable(address: string): string {
  if (address === '::') return '::1';
  return address === '0.0.0.0' ? '127.0.0.1' : address;
}
