import { domainToUnicode } from 'node:url';
import { t } from './texts/texts.ts';

/** What is wrong with an address, as the end of a sentence. */
export type AddressVerdict = { ok: true; url: URL } | { ok: false; explanation: string };

/** What RFC 3986 §2 has in a URI. */
const URI_CHARACTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/;
const WITH_AUTHORITY = new Set(['http:', 'https:', 'ws:', 'wss:', 'ftp:', 'file:']);

const refuse = (explanation: string): AddressVerdict => ({ ok: false, explanation });

/**
 * Whether an address is written as it is read. The WHATWG parser, which browsers and this server follow, repairs much in
 * silence: `https:x.example` becomes `https://x.example/`, a backslash a slash, `0x7f.1` the address 127.0.0.1. What two
 * readers may read as two addresses is refused, with the form in which there is only one. An empty path is the same as
 * “/” (RFC 3986 §6.2.3), so a bare origin is fine as it is.
 */
export function judgeAddress(value: string): AddressVerdict {
  if (/^[\0-\x20]|[\0-\x20]$/.test(value)) return refuse(t('addresses.spaceAround'));
  if (/[\0-\x20\x7F]/.test(value)) return refuse(t('addresses.spaceInside'));
  if (value.includes('\\')) return refuse(t('addresses.backslash'));
  if (!value.isWellFormed()) return refuse(t('addresses.unkept'));
  const url = URL.parse(value);
  if (!url || !/^[a-z][a-z0-9+.-]*:/i.test(value)) return refuse(t('addresses.notAbsolute'));
  return problemOfStart(value, url) ?? problemOfHost(url) ?? problemOfSpelling(value, url) ?? { ok: true, url };
}

function problemOfStart(value: string, url: URL): AddressVerdict | undefined {
  if (!WITH_AUTHORITY.has(url.protocol)) {
    return url.pathname === '' && url.host === '' ? refuse(t('addresses.onlyScheme')) : undefined;
  }
  if (!/^[a-z]+:\/\/[^/?#]/i.test(value)) return refuse(t('addresses.noHost', { scheme: url.protocol }));
  if (/^[^?#]*:\/\/[^/?#]*@/.test(value)) return refuse(t('addresses.credentials'));
  return undefined;
}

function problemOfHost({ protocol, hostname, port }: URL): AddressVerdict | undefined {
  if (!WITH_AUTHORITY.has(protocol) || hostname.startsWith('[')) return undefined;
  if (hostname.endsWith('.')) return refuse(t('addresses.hostDot'));
  const isName = hostname.length <= 253 && hostname.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
  // A label that only looks like an A-label (RFC 5890 §2.3.2.1) has no form for people.
  if (!isName || domainToUnicode(hostname) === '') return refuse(t('addresses.hostNone'));
  return port === '0' ? refuse(t('addresses.portZero')) : undefined;
}

function problemOfSpelling(value: string, { href }: URL): AddressVerdict | undefined {
  if (/%(?![0-9a-f]{2})|%00/i.test(value)) return refuse(t('addresses.percent'));
  const form = [...href].map((sign) => (URI_CHARACTERS.test(sign) ? sign : encodeURIComponent(sign))).join('');
  if (!/^[\x21-\x7E]+$/.test(value)) return refuse(t('addresses.beyondAscii', { form }));
  if (value !== href && withPath(value) !== href) return refuse(t('addresses.readOtherwise', { form }));
  return URI_CHARACTERS.test(value) ? undefined : refuse(t('addresses.mustEncode', { form }));
}

/** With the path that an address without one has. */
const withPath = (value: string) => value.replace(/^([a-z]+:\/\/[^/?#]+)(?=[?#]|$)/, '$1/');

/** For links: whether an address is one of the web, so that following it never runs anything. @returns what is wrong */
export function problemOfWebAddress(value: string): string | undefined {
  const verdict = judgeAddress(value);
  if (!verdict.ok) return verdict.explanation;
  return /^https?:$/.test(verdict.url.protocol) ? undefined : t('addresses.mustBeWeb');
}
