import { hostsOf } from '../../settings/values.ts';
import { placeOf } from './place.ts';

/** The names that this server answers under: the issuer's, and others by which only programs call it. */
export interface OwnNames {
  /** The origin of the issuer. */
  readonly origin: string;
  /** The origin that a Host header names, with or without the default port of its scheme; undefined for a stranger's. */
  find(host: string): string | undefined;
}

export function createOwnNames(issuer: string, further: readonly string[]): OwnNames {
  const { origin: own } = placeOf(issuer);
  const origins = new Map([own, ...further].flatMap((origin) => hostsOf(origin).map((host) => [host, origin])));
  return { origin: own, find: (host) => origins.get(host) ?? origins.get(host.toLowerCase()) };
}
