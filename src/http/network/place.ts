/** Where on its host this server is. */
export interface Place {
  /** Scheme, host and port, as a browser says them in Origin. */
  readonly origin: string;
  /** `/auth` where the issuer is `https://example.com/auth`; empty where the server has the host for itself. */
  readonly path: string;
  readonly https: boolean;
}

/** @param issuer as settings/values.ts takes it: without query, and without a slash at the end */
export function placeOf(issuer: string): Place {
  const { origin, pathname, protocol } = new URL(issuer);
  return { origin, path: pathname === '/' ? '' : pathname, https: protocol === 'https:' };
}
