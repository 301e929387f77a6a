import { request as httpRequest } from 'node:http';
import { expect } from '@jest/globals';
import type { TestServer } from './server.ts';

interface RawRequest {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly bytes: Buffer;
  readonly headers: Record<string, unknown>;
}

/** A request as it is, without what fetch would correct. Its path is below the issuer. */
export function sendRaw(
  server: Pick<TestServer, 'issuer'>,
  { method = 'GET', path, headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  const { hostname: name, port, pathname } = new URL(server.issuer);
  const target = path.startsWith('/') ? pathname.replace(/\/$/, '') + path : path;
  const hostname = name.replace(/^\[(.*)\]$/, '$1');
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const outgoing = httpRequest({ hostname, port, method, path: target, headers }, (incoming) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () =>
      resolve({
        status: incoming.statusCode ?? 0,
        type: incoming.headers['content-type'] ?? '',
        text: Buffer.concat(chunks).toString(),
        bytes: Buffer.concat(chunks),
        headers: incoming.headers,
      }),
    );
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

/** A clear refusal for a program. */
export function expectJsonError(answer: RawAnswer, statuses = [400]) {
  expect(statuses).toContain(answer.status);
  expect(answer.type).toMatch(/^application\/json/);
  const body = JSON.parse(answer.text) as { error?: string; error_description?: string };
  expect(body.error).toMatch(/^[a-z_]+$/);
  expect(answer.text).not.toMatch(/node_modules|at .*\(.*:\d+:\d+\)|select |insert /i);
  return body;
}

/** A clear refusal for a browser. */
export function expectErrorPage(answer: RawAnswer, statuses = [400]) {
  expect(statuses).toContain(answer.status);
  expect(answer.type).toMatch(/^text\/html/);
  expect(answer.text).toContain('</html>');
  expect(answer.headers.location).toBeUndefined();
}

/** What the server itself calls a failure in its log. */
export const failuresOf = ({ logged }: TestServer) => logged.filter((line) => JSON.parse(line).level >= 50);
