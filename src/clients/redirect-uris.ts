import type { HouseRules } from '../access.ts';
import type { ClientType } from '../db/tables/catalogue.ts';
import { t } from '../texts/texts.ts';
import { judgeAddress } from '../web-addresses.ts';
import { isAllowedHttpHost } from './http-hosts.ts';

export type RedirectProblem =
  | 'malformed'
  | 'insecure'
  | 'fragment'
  | 'credentials'
  | 'wildcard'
  | 'scheme'
  | 'too_long';
export type RedirectVerdict = { ok: true } | { ok: false; problem: RedirectProblem; explanation: string };

const EXPLANATIONS: Record<Exclude<RedirectProblem, 'malformed'>, () => string> = {
  insecure: () => t('addresses.insecure'),
  fragment: () => t('addresses.fragment'),
  credentials: () => t('addresses.credentials'),
  wildcard: () => t('addresses.wildcard'),
  scheme: () => t('addresses.scheme'),
  too_long: () => t('addresses.tooLong'),
};

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether an address stays on the machine of the person (RFC 8252 §7.3, §8.3). */
export const isLoopbackHost = (hostname: string) => LOOPBACK.has(hostname);

/**
 * Whether an app may register this redirect URI. RFC 9700 §2.6 (no http but loopback), OAuth 2.1 §2.3.1 (a private-use
 * scheme has a dot), RFC 6749 §3.1.2 (absolute, no fragment); wildcards and credentials are refused as a precaution. It is
 * kept and compared as it is written, so it is written as it is read (web-addresses.ts).
 */
export function judgeRedirectUri(value: string, type: ClientType, rules?: HouseRules): RedirectVerdict {
  const refuse = (problem: Exclude<RedirectProblem, 'malformed'>): RedirectVerdict => ({
    ok: false,
    problem,
    explanation: EXPLANATIONS[problem](),
  });
  if (value.length > 2000) return refuse('too_long');
  if (value.includes('#')) return refuse('fragment');
  if (value.includes('*')) return refuse('wildcard');
  if (/^[^?\\]*:\/\/[^/?\\]*@/.test(value)) return refuse('credentials');
  const url = URL.parse(value);
  const problem = url && problemOfScheme(url, type, rules);
  if (problem) return refuse(problem);
  const verdict = judgeAddress(value);
  return verdict.ok ? { ok: true } : { ...verdict, problem: 'malformed' };
}

function problemOfScheme(
  { protocol, hostname }: URL,
  type: ClientType,
  rules: HouseRules | undefined,
): 'insecure' | 'scheme' | undefined {
  if (protocol === 'https:') return undefined;
  if (protocol === 'http:') {
    return isLoopbackHost(hostname) || (type === 'web' && isAllowedHttpHost(hostname, rules)) ? undefined : 'insecure';
  }
  return type === 'native' && /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(protocol) ? undefined : 'scheme';
}

/** Whether codes would travel to another machine in clear, which takes PKCE and a rule of the house. */
export function isPlainHttp(uri: string): boolean {
  const url = URL.parse(uri);
  return url?.protocol === 'http:' && !isLoopbackHost(url.hostname);
}

/** The host or, of an app on a device, the scheme that an address leads to: as short as it stays true. */
export function placeOf(redirectUri: string): string {
  const uri = URL.parse(redirectUri);
  return uri?.host || uri?.protocol || redirectUri;
}
