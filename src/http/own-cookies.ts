import { placeOf } from './network/place.ts';

/** What the names of our cookies begin with, and where browsers send them. */
export interface OwnCookies {
  /** Of a cookie for every page. `__Host-` wants the path `/`, which other servers below the same host would get too. */
  readonly prefix: '__Host-' | '__Secure-' | '';
  /** Of a cookie for one page, which has a path of its own. */
  readonly narrowPrefix: '__Secure-' | '';
  readonly path: string;
  readonly secure: boolean;
}

/** RFC 6265bis §4.1.3; docs/decisions/0028. */
export function ownCookies(issuer: string): OwnCookies {
  const { path, https } = placeOf(issuer);
  if (!https) return { prefix: '', narrowPrefix: '', path: path || '/', secure: false };
  return { prefix: path ? '__Secure-' : '__Host-', narrowPrefix: '__Secure-', path: path || '/', secure: true };
}
