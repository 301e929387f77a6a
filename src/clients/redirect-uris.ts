import type { ClientType } from '../db/catalogue-tables.ts';

export type RedirectProblem =
  | 'malformed'
  | 'insecure'
  | 'fragment'
  | 'credentials'
  | 'wildcard'
  | 'scheme'
  | 'too_long';
export type RedirectVerdict = { ok: true } | { ok: false; problem: RedirectProblem; explanation: string };

const EXPLANATIONS: Record<RedirectProblem, string> = {
  malformed: 'is not an absolute URI',
  insecure: 'must use https; http is only for localhost and loopback addresses',
  fragment: 'must not have a fragment (#…)',
  credentials: 'must not contain a user name or password',
  wildcard: 'must not contain a wildcard; register each address',
  scheme:
    'has a scheme that is not allowed; a native app uses https, loopback http, or a scheme with a dot such as com.example.app:/callback',
  too_long: 'is longer than 2000 characters',
};

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether an app may register this redirect URI. RFC 9700 §2.6 (no http but loopback), OAuth 2.1 §2.3.1 (a private-use
 * scheme has a dot), RFC 6749 §3.1.2 (absolute, no fragment); wildcards and credentials are refused as a precaution.
 */
export function judgeRedirectUri(value: string, type: ClientType): RedirectVerdict {
  const refuse = (problem: RedirectProblem): RedirectVerdict => ({
    ok: false,
    problem,
    explanation: EXPLANATIONS[problem],
  });
  if (value.length > 2000) return refuse('too_long');
  const uri = URL.parse(value);
  if (!uri || !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(value) || !/^[\x21-\x7E]+$/.test(value)) return refuse('malformed');
  if (value.includes('#')) return refuse('fragment');
  if (value.includes('*')) return refuse('wildcard');
  if (uri.username || uri.password || /^[^?]*:\/\/[^/?]*@/.test(value)) return refuse('credentials');
  if (uri.protocol === 'https:') return uri.hostname ? { ok: true } : refuse('malformed');
  if (uri.protocol === 'http:') return LOOPBACK.has(uri.hostname) ? { ok: true } : refuse('insecure');
  if (type === 'native' && /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(uri.protocol)) return { ok: true };
  return refuse('scheme');
}
