import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import type { ErrorCode } from '../errors.ts';
import { clientAddress } from './client-address.ts';
import type { RequestState } from './context.ts';
import type { OwnNames } from './own-names.ts';

/** What a request's connection and headers say of it, looked at once and ahead of all else. */
export interface Arrival {
  /** The one of our names that it was called by. */
  readonly origin?: string | undefined;
  /** Why it is refused, whatever it is for. */
  readonly fault?: ErrorCode | undefined;
}

export function noteArrival({ find }: OwnNames, trustedProxies: number): Middleware<RequestState> {
  return (ctx, next) => {
    const { headers } = ctx.req;
    ctx.request.ip = clientAddress(ctx.req, trustedProxies);
    // Whoever asks for an address asks for `ctx.ip`.
    delete headers['x-forwarded-for'];
    const fault = faultOf(ctx.req);
    ctx.state.arrival = fault ? { fault } : { origin: find(headers.host ?? '') };
    return next();
  };
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

/** A name or an address, and perhaps a port (RFC 9112 §3.2): nobody's password, and not nothing. */
export const isHost = (value: string) => /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(value);
