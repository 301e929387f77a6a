import dns from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Targets } from './targets.ts';

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** How often and how long the servers of DNS are asked, so that a silent one is not waited for beyond the deadline. */
const PATIENCE = { timeout: 700, tries: 2 };

/**
 * All addresses of a host, each of which may be connected to. One refused address refuses the name: nobody has a name
 * by mistake that leads both inside and outside.
 * @throws when there is none, or one too many
 */
export async function addressesOf(host: string, targets: Targets, signal: AbortSignal): Promise<readonly Address[]> {
  if (targets.listsHost(host))
    return found(await lookup(host, { all: true }).then((all) => all.map(({ address }) => address)));
  const addresses = isIP(host) ? [host] : await askServers(host, signal);
  const refused = addresses.find((address) => !targets.mayReach(address));
  if (refused !== undefined) throw new Error(`${refused} is inside of a network, and not in OUTGOING_INNER_HOSTS`);
  return found(addresses);
}

function found(addresses: readonly string[]): readonly Address[] {
  if (addresses.length === 0) throw new Error('the name has no address');
  return addresses.map((address) => ({ address, family: isIP(address) === 4 ? 4 : 6 }));
}

/**
 * Asks the servers of DNS directly. The system's own look-up takes one of the few threads that files and passwords are
 * waiting for too, for as long as whoever runs the name's server likes.
 */
async function askServers(host: string, signal: AbortSignal): Promise<string[]> {
  const resolver = new Resolver(PATIENCE);
  // By way of the module: a function that was imported by itself keeps the servers of the start.
  resolver.setServers(dns.getServers());
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  signal.removeEventListener('abort', cancel);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}
