import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Who sent a request: the only place that knows, for limits, the audit trail and all else. Without trusted proxies it is
 * the other end of the connection. With them it is the entry of X-Forwarded-For that the outermost of them added; where
 * there are fewer entries, or one that is no address, it is the nearest hop before that. What a client writes into the
 * header itself stands further to the left, and is not looked at. `Forwarded` (RFC 7239) is not read.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  const nearest = canonicalAddress(request.socket.remoteAddress ?? '') ?? '';
  const header = request.headers['x-forwarded-for'];
  if (trustedProxies === 0 || header === undefined) return nearest;
  // Several lines come joined, in their order.
  const hops = String(header).split(',').slice(-trustedProxies).reverse().map(addressOfHop);
  const end = hops.indexOf(undefined);
  return (end === -1 ? hops : hops.slice(0, end)).at(-1) ?? nearest;
}

/** `1.2.3.4:56789`, `[::1]:80` and the like, as some proxies write them; undefined for `unknown` and other words. */
function addressOfHop(entry: string): string | undefined {
  const bare = entry.trim().replace(/^"(.*)"$/, '$1');
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(bare) ?? [];
  return canonicalAddress(bracketed ?? dotted ?? bare);
}

/** The one form in which an address is kept: without zone, IPv4 that is mapped into IPv6 as IPv4, IPv6 as RFC 5952 has it. */
export function canonicalAddress(text: string): string | undefined {
  const [address = ''] = text.split('%');
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return undefined;
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toRFC5952String();
}
