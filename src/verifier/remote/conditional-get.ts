/** The part of `fetch` that the verifier uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** `text` is undefined when nothing changed (304). */
export interface Fetched {
  readonly text: string | undefined;
  readonly etag: string | undefined;
  /** Seconds that the answer stays fresh, as the server says; undefined when it does not. */
  readonly maxAge: number | undefined;
}

export interface GetOptions {
  readonly accept: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly etag: string | undefined;
}

/** The server has nothing at that address. */
export class NotThere extends Error {}

/** Longer than that and the caller had better use what it has. */
export const TIMEOUT_SECONDS = 5;

/**
 * GET with If-None-Match (RFC 9110 §13.1.2). Redirects are errors: keys come from the configured address or not at all.
 * @throws {NotThere} for 404 @throws for anything else but 200 and 304
 */
export async function getConditionally(fetch: Fetch, url: string, options: GetOptions): Promise<Fetched> {
  const response = await fetch(url, {
    headers: { accept: options.accept, ...(options.etag ? { 'if-none-match': options.etag } : {}) },
    redirect: 'error',
    // Some frameworks cache what `fetch` gets, by rules of their own.
    cache: 'no-store',
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(TIMEOUT_SECONDS * 1000)]),
  });
  const unchanged = response.status === 304 && options.etag !== undefined;
  if (response.status !== 200 && !unchanged) {
    await response.body?.cancel();
    if (response.status === 404) throw new NotThere(`${url} answered 404`);
    throw new Error(`${url} answered ${response.status}`);
  }
  return {
    text: unchanged ? undefined : await readText(response, options.maxBytes),
    etag: response.headers.get('etag') ?? (unchanged ? options.etag : undefined),
    maxAge: maxAgeOf(response.headers),
  };
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`${response.url} answered with more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** What is left of max-age, after the time spent in caches on the way (RFC 9111 §4.2). */
function maxAgeOf(headers: Headers): number | undefined {
  const control = headers.get('cache-control')?.toLowerCase() ?? '';
  if (/\bno-(?:store|cache)\b/.test(control)) return 0;
  const maxAge = /\bmax-age=(\d{1,9})\b/.exec(control)?.[1];
  if (maxAge === undefined) return undefined;
  return Math.max(0, Number(maxAge) - (Number(headers.get('age')) || 0));
}
