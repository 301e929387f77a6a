import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Address } from './resolve.ts';

export interface Answer {
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** Larger than any key set that is registered here may be (clients/keys/public-keys.ts). */
const MAX_BYTES = 64 * 1024;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json *(?:;|$)/i;

/**
 * GET over TLS from one of these addresses and no other, whatever the name in the URL means by now. Redirects are not
 * followed, nothing is unpacked, and a connection serves one request.
 * @throws for all but 200 with JSON
 */
export async function getFrom(url: URL, addresses: readonly Address[], signal: AbortSignal): Promise<Answer> {
  const response = await send(url, addresses, signal);
  try {
    const { statusCode, headers } = response;
    if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
    if (!JSON_TYPE.test(headers['content-type'] ?? '')) throw new Error('the answer is not called JSON');
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw new Error('the answer is packed');
    return { text: await readText(response), headers };
  } finally {
    response.destroy();
  }
}

function send(url: URL, addresses: readonly Address[], signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const lookup: LookupFunction = (_host, { all }, found) => {
    const [first] = addresses as [Address];
    // Node.js asks for all when it means to try one after the other.
    if (all) found(null, [...addresses]);
    else found(null, first.address, first.family);
  };
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const outgoing = request(url, {
    agent: false,
    lookup,
    // RFC 6066 §3 has no addresses there.
    servername: isIP(name) ? '' : name.replace(/\.$/, ''),
    maxHeaderSize: 16 * 1024,
    headers: { accept: 'application/json', 'accept-encoding': 'identity' },
    signal,
  });
  outgoing.once('response', resolve).once('error', reject).end();
  return promise;
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`the answer has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
