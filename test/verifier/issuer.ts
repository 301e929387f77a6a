import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { epochAddresses } from './epoch-processes.ts';
import { createKey, signatureOf, signRaw, type TestKey } from './signing.ts';

export const AUDIENCE = 'https://reports.example.com';

export interface TestIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly key: TestKey;
  /** What the server publishes and how; specs change it. */
  readonly published: { keys: TestKey[]; jwksCacheControl: string | undefined; feed: string; down: boolean };
  /** Who answers for epochs; without processes nobody does, as a server of the version before. */
  readonly epochs: ReturnType<typeof epochAddresses>;
  /** What was asked for: 'GET /jwks 200'. */
  readonly requests: string[];
  /** How many requests for a path. */
  count(path: string): number;
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>, key?: TestKey): string;
  /** Publishes a feed, and sends it down the streams. */
  publish(feed: FeedOverrides): string;
  /** Writes to all open streams. */
  write(text: string): void;
  dropStreams(): void;
  streams(): number;
  stop(): Promise<void>;
}

interface FeedOverrides {
  readonly seq?: number;
  readonly revoked?: Record<string, number>;
  readonly header?: Record<string, unknown>;
  readonly key?: TestKey;
  readonly [claim: string]: unknown;
}

/** The names of decision 6, computed here a second time so that a change on either side shows. */
export const named = (kind: string, value: string): string =>
  createHash('sha256').update(`${kind}:${value}`).digest('base64url').slice(0, 22).replace(/.$/, lastOf128Bits);

/** 16 bytes leave two bits in the 22nd character; of the longer hash it has six. */
function lastOf128Bits(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(character) & 0b110000] ?? '';
}

/** A server with the endpoints that a verifier uses. */
export async function startIssuer(now: () => number): Promise<TestIssuer> {
  const key = createKey('key-1');
  const requests: string[] = [];
  const streams = new Set<ServerResponse>();
  const published = {
    keys: [key],
    jwksCacheControl: 'public, max-age=600' as string | undefined,
    feed: '',
    down: false,
  };

  const epochs = epochAddresses(() => issuer, now, key);
  const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => number> = {
    '/jwks': (request, response) => {
      const body = JSON.stringify({ keys: published.keys.map(({ jwk }) => jwk) });
      const caching = published.jwksCacheControl ? { 'cache-control': published.jwksCacheControl } : {};
      return answer(request, response, body, { 'content-type': 'application/jwk-set+json', ...caching });
    },
    '/revocations': (request, response) =>
      answer(request, response, published.feed, {
        'content-type': 'application/revocations+jwt',
        'cache-control': 'public, max-age=2',
      }),
    '/revocations/stream': (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`event: revocations\ndata: ${published.feed}\n\n`);
      streams.add(response.once('close', () => streams.delete(response)));
      return 200;
    },
  };

  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (published.down) {
      requests.push(`GET ${path} down`);
      return void request.socket.destroy();
    }
    const status = path.startsWith('/epochs') ? epochs.answer(request, response) : answers[path]?.(request, response);
    if (status === undefined) response.writeHead(404).end();
    requests.push(`${request.method} ${path} ${status ?? 404}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const self: TestIssuer = {
    issuer,
    jwksUri: `${issuer}/jwks`,
    key,
    published,
    epochs,
    requests,
    count: (path) => requests.filter((line) => line.split(' ')[1] === path).length,
    token(claims = {}, header = {}, signer = key) {
      const all = { ...goodClaims(issuer, now()), ...claims };
      return signRaw({ alg: signer.alg, typ: 'at+jwt', kid: signer.kid, ...header }, all, signatureOf(signer));
    },
    publish({ header = {}, key: signer = key, ...claims }) {
      const payload = { iss: issuer, iat: Math.floor(now()), seq: 1, revoked: {}, ...claims };
      const head = { alg: signer.alg, typ: 'revocations+jwt', kid: signer.kid, ...header };
      published.feed = signRaw(head, payload, signatureOf(signer));
      self.write(`event: revocations\ndata: ${published.feed}\n\n`);
      return published.feed;
    },
    write(text) {
      for (const stream of streams) stream.write(text);
    },
    dropStreams() {
      for (const stream of streams) stream.destroy();
    },
    streams: () => streams.size,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  self.publish({});
  return self;
}

export function goodClaims(issuer: string, now: number) {
  const iat = Math.floor(now);
  return {
    iss: issuer,
    sub: 'person-1',
    aud: AUDIENCE,
    client_id: 'app-1',
    jti: randomUUID(),
    iat,
    exp: iat + 300,
    scope: 'reports:read reports:write',
  };
}

function answer(request: IncomingMessage, response: ServerResponse, body: string, headers: Record<string, string>) {
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  const status = request.headers['if-none-match'] === etag ? 304 : 200;
  response.writeHead(status, { etag, ...headers }).end(status === 200 ? body : undefined);
  return status;
}
