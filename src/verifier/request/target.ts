/**
 * A URL as `htu` compares it: without query and fragment, after the normalizations of RFC 3986 §6.2.2 and §6.2.3
 * (RFC 9449 §4.3). undefined for what is not an http(s) URL, or carries a password.
 */
export function normalizeTarget(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, host, pathname, username, password } = new URL(url);
  if (!/^https?:$/.test(protocol) || username || password) return undefined;
  return `${protocol}//${host}${normalizeEscapes(pathname)}`;
}

/** `%7e` and `~` are the same path, as are `%c3` and `%C3`; `%2F` and `/` are not. */
function normalizeEscapes(path: string): string {
  return path.replaceAll(/%[0-9a-f]{2}/gi, (escaped) => {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : escaped.toUpperCase();
  });
}

/**
 * Where the caller may have sent the request. `origins` are what the API is called from outside; without them the framework's
 * word is taken, which behind a proxy is often another and always the Host header's.
 */
export function targetsOf(url: string, origins: readonly string[]): string[] {
  if (origins.length === 0) return [url];
  if (!URL.canParse(url)) return origins.map((origin) => origin + url);
  const { pathname, search } = new URL(url);
  return origins.map((origin) => origin + pathname + search);
}
