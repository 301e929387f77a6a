import ipaddr from 'ipaddr.js';

/** Which hosts may be asked for what others name: everything public, and what the operator lists beyond that. */
export interface Targets {
  /** Whether the operator lists this very host. It may then be anywhere. */
  listsHost(host: string): boolean;
  /** Whether an address may be connected to, whatever name led to it. */
  mayReach(address: string): boolean;
}

/** @param inner names of hosts, addresses, and networks such as 10.0.0.0/8 */
export function createTargets(inner: readonly string[]): Targets {
  const networks = inner.filter(isNetwork).map(toNetwork);
  const hosts = new Set(inner.filter((entry) => !isNetwork(entry)).map((entry) => entry.toLowerCase()));
  return {
    listsHost: (host) => hosts.has(host),
    mayReach(address) {
      if (!ipaddr.isValid(address)) return false;
      const parsed = ipaddr.process(address);
      return (
        isPublic(parsed) || networks.some((network) => network[0].kind() === parsed.kind() && parsed.match(network))
      );
    },
  };
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

const isNetwork = (entry: string) => ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry);

function toNetwork(entry: string): Network {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
  const address = ipaddr.process(entry);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** All that is routed on the public internet over IPv6 so far (RFC 4291 §2.4). */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** Stands for the IPv4 address of its last 32 bits, where a network reaches IPv4 by NAT64 (RFC 6052 §2.1). */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Neither this machine, nor its network, nor anything that is set apart: private, link-local, shared, multicast, for
 * documentation, and IPv6 that wraps an IPv4 address somebody else would unwrap (6to4, Teredo, mapped, translated).
 */
function isPublic(address: Address): boolean {
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast';
  if (address.match(NAT64)) return isPublic(new ipaddr.IPv4(address.toByteArray().slice(12)));
  return address.range() === 'unicast' && address.match(GLOBAL_IPV6);
}
