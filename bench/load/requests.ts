import type { Credentials, Target } from '../target.ts';
import type { Answer } from './connection.ts';

/** A whole GET as it goes over the wire. */
export function getRequest(target: Target, path: string, headers: Record<string, string> = {}): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${target.host}\r\n${lines({ Accept: '*/*', ...headers })}\r\n`;
}

/** A whole POST of a form; undefined fields are left out. */
export function formRequest(
  target: Target,
  path: string,
  form: Record<string, string | undefined>,
  { credentials, headers = {} }: { credentials?: Credentials; headers?: Record<string, string> } = {},
): string {
  const fields = Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined);
  return postRequest(target, path, 'application/x-www-form-urlencoded', new URLSearchParams(fields).toString(), {
    ...(credentials ? { Authorization: basic(credentials) } : {}),
    ...headers,
  });
}

export function jsonRequest(target: Target, path: string, value: object, headers: Record<string, string> = {}): string {
  return postRequest(target, path, 'application/json', JSON.stringify(value), headers);
}

/** The answer if it is a success. @throws with what came instead */
export function expectSuccess(answer: Answer): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new Error(`${answer.status} ${answer.body.slice(0, 300)}`);
}

function postRequest(target: Target, path: string, type: string, body: string, headers: Record<string, string>) {
  const own = { 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)) };
  return `POST ${path} HTTP/1.1\r\nHost: ${target.host}\r\n${lines({ ...headers, ...own })}\r\n${body}`;
}

function lines(headers: Record<string, string>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

/** RFC 6749 §2.3.1. The bench's ids and secrets have nothing to escape. */
function basic({ clientId, clientSecret }: Credentials): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
}
