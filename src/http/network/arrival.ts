import type { IncomingMessage } from 'node:http';
import type { Context, Middleware } from 'koa';
import type { ErrorCode } from '../../errors.ts';
import type { Arrival, RequestState } from '../context.ts';
import { clientAddress } from './client-address.ts';
import type { OwnNames } from './own-names.ts';

export function readArrival(names: OwnNames, trustedProxies: number): Middleware<RequestState> {
  return (ctx, next) => {
    ctx.request.ip = clientAddress(ctx.req, trustedProxies);
    // Everything that needs the client's address reads `ctx.ip`.
    delete ctx.req.headers['x-forwarded-for'];
    const target = takeTarget(ctx);
    ctx.state.arrival = arrivalOf(ctx.req, target, names);
    return next();
  };
}

function arrivalOf(request: IncomingMessage, target: Target, { find }: OwnNames): Arrival {
  const fault = faultOf(request) ?? target.fault;
  if (fault) return { fault };
  const origin = find(request.headers.host ?? '');
  // It outranks the Host header (RFC 9112 §3.2.2), so both must name us, and by the same name.
  const isOurs = target.authority === undefined || (origin !== undefined && find(target.authority) === origin);
  return isOurs ? { origin } : { fault: 'wrong_host' };
}

/** What a request line is for, beside the path. */
interface Target {
  readonly fault?: ErrorCode;
  /** The host that it names, where it names one. */
  readonly authority?: string;
}

/**
 * Leaves the path and the query of the target, which is all that is looked at from here on: Koa reads a path whenever
 * somebody asks for it, throws for many that are none, and does so where nobody catches that.
 */
function takeTarget(ctx: Context): Target {
  const target = ctx.req.url ?? '';
  const visible = /^[\x21\x22\x24-\x7E]*/.exec(target)?.[0] ?? '';
  const fault = visible === target ? undefined : 'malformed_encoding';
  if (visible.startsWith('/') || visible === '*') {
    if (fault) replaceTarget(ctx, visible);
    return fault ? { fault } : {};
  }
  const [, authority = '', rest = ''] = /^https?:\/\/([^/?]*)(.*)$/i.exec(visible) ?? [];
  replaceTarget(ctx, rest.startsWith('/') ? rest : `/${rest}`);
  if (fault) return { fault };
  return isHost(authority) ? { authority } : { fault: 'malformed_host' };
}

function replaceTarget(ctx: Context, target: string): void {
  ctx.url = target;
  ctx.originalUrl = target;
  ctx.request.originalUrl = target;
}

/** Node.js refuses a request of HTTP/1.1 without Host, two lengths, and a length beside chunks by itself. */
function faultOf({ headers, rawHeaders }: IncomingMessage): ErrorCode | undefined {
  if (isRepeated(rawHeaders)) return 'repeated_header';
  return headers.host === undefined || isHost(headers.host) ? undefined : 'malformed_host';
}

/**
 * Headers that have one value (RFC 9110 §5.3). Node.js takes the first of several, a proxy in front perhaps the last; a
 * request with two Host lines is to be refused in any case (RFC 9112 §3.2).
 */
const ONCE = new Set(['host', 'authorization', 'content-type']);
const LENGTHS = new Set([...ONCE].map((name) => name.length));

function isRepeated(rawHeaders: readonly string[]): boolean {
  let seen: string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index] ?? '';
    // Most headers are none of these, and need not be turned into small letters to know it.
    if (!LENGTHS.has(raw.length)) continue;
    const name = raw.toLowerCase();
    if (!ONCE.has(name)) continue;
    if (seen?.includes(name)) return true;
    seen = [...(seen ?? []), name];
  }
  return false;
}

/** A name or an address, and perhaps a port (RFC 9112 §3.2); without user information, and not empty. */
export const isHost = (value: string) => /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(value);
