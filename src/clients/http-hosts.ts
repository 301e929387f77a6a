import { BlockList, isIP } from 'node:net';
import type { HouseRules } from '../access.ts';

/** RFC 1918 §3, RFC 3927 §2.1, RFC 4193 §3.1, RFC 4291 §2.5.6. */
const PRIVATE: [string, number, 'ipv4' | 'ipv6'][] = [
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
];

const privateNetworks = new BlockList();
for (const network of PRIVATE) privateNetworks.addSubnet(...network);

/**
 * Whether people may be sent to this host by plain http: the setting allows private networks and it is an address in one or
 * a name without dots, or it ends with a suffix that the setting lists. Names are never looked up: what they mean is
 * different where the person is, and can change.
 * @param hostname as URL has it: small letters, IPv6 in brackets
 */
export function isAllowedHttpHost(hostname: string, rules: HouseRules | undefined): boolean {
  const allowed = rules?.httpRedirectHosts ?? [];
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(address);
  if (family !== 0)
    return allowed.includes('private') && privateNetworks.check(address, family === 6 ? 'ipv6' : 'ipv4');
  if (!hostname.includes('.')) return allowed.includes('private') && hostname !== '';
  return allowed.some((suffix) => suffix.startsWith('.') && hostname.endsWith(suffix) && hostname !== suffix);
}
