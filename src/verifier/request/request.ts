/** The request that came with the token, as every framework can tell it. A fetch-style `Request` is one. */
export interface VerificationRequest {
  readonly method: string;
  /** Absolute, or a path when the option `dpop.origin` is set. */
  readonly url: string;
  readonly headers: HeaderSource;
  /** The framework's own request, for `getCertificate`. */
  readonly raw?: unknown;
}

export type HeaderSource =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/** All values of a header. `name` is in lower case, as Node.js writes them. */
export function headersOf({ headers }: VerificationRequest, name: string): readonly string[] {
  const value = isGetter(headers) ? headers.get(name) : headers[name];
  if (value === undefined || value === null) return [];
  return typeof value === 'string' ? [value] : value;
}

function isGetter(headers: HeaderSource): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}

/** What every framework on Node.js has underneath. */
export interface NodeRequest {
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
}
