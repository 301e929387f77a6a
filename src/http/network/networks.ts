import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { canonicalAddress } from './client-address.ts';

/** Addresses that stand for an IPv4 address of the last 32 bits (RFC 6052 §2.1): one /64 for all of IPv4. */
const TRANSLATED = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * What one subscriber has, for counting by: an IPv4 address, or the first 64 bits of an IPv6 address, which whoever has
 * one has all the others of as well.
 */
export function networkOf(address: string): string {
  const canonical = canonicalAddress(address);
  if (canonical === undefined || isIPv4(canonical)) return canonical ?? address;
  const parsed = ipaddr.IPv6.parse(canonical);
  if (parsed.match(TRANSLATED)) return new ipaddr.IPv4(parsed.toByteArray().slice(12)).toString();
  return `${new ipaddr.IPv6([...parsed.parts.slice(0, 4), 0, 0, 0, 0])}/64`;
}
