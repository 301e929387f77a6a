import { X509Certificate } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { emailAddress } from '../names/addresses.ts';
import { isPlainName } from '../names/names.ts';
import { judgeAddress } from '../web-addresses.ts';

/** The configuration cannot be used. The message is one line that names the variable and the fix. */
export class ConfigError extends Error {
  constructor(variable: string, problem: string) {
    super(`${variable}: ${problem}`);
    this.name = 'ConfigError';
  }
}

/** A 32-byte AES key and the id under which sealed values name it. */
export interface MasterKey {
  readonly id: string;
  readonly key: Buffer;
}

export function parseIssuer(value: string): string {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new ConfigError(
      'ISSUER',
      `cannot be ${JSON.stringify(value)}; use an address such as https://auth.example.com`,
    );
  }
  const problem = problemOfIssuer(value, url);
  if (problem) throw new ConfigError('ISSUER', problem);
  const verdict = judgeAddress(value);
  if (!verdict.ok) throw new ConfigError('ISSUER', `${JSON.stringify(value)} ${verdict.explanation}`);
  return value.replace(/\/$/, '');
}

/** Below a path every page, cookie and redirect has it, and clients compare the issuer by its signs: it has one form only. */
function problemOfIssuer(value: string, { origin, pathname }: URL): string | undefined {
  const plain = `${origin}${pathname.replace(/\/+$/, '')}`;
  if (!value.startsWith(origin) || !/^(?:[/?#]|$)/.test(value.slice(origin.length))) {
    return `must have its scheme and host in small letters and no default port; use ${plain}`;
  }
  if (/[?#]/.test(value)) return `must have no query and no fragment; use ${plain}`;
  const path = value.slice(origin.length);
  if (path === '' || path === '/') return undefined;
  if (path.endsWith('/')) return `must not end with a slash; use ${plain}`;
  if (path.length > 100) return 'has a path of more than 100 signs; use a short one such as /auth';
  if (/^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/.test(path)) return undefined;
  return `has the path ${JSON.stringify(path)}; use letters, digits, - and _, and a dot only inside, such as /auth`;
}

/** Other origins of the same server. A Host header must say which one is meant, so no two share one. */
export function parseFurtherOrigins(value: string | undefined, issuer: string): string[] {
  const origins = splitList('BACK_CHANNEL_ORIGINS', value).map((entry) => {
    const url = URL.parse(entry);
    const isOrigin = url && /^https?:$/.test(url.protocol) && /^(?:[a-z0-9._-]+|\[.*\])$/.test(url.hostname);
    if (!isOrigin || entry.replace(/\/$/, '').toLowerCase() !== url.origin) {
      throw new ConfigError(
        'BACK_CHANNEL_ORIGINS',
        `cannot have ${JSON.stringify(entry)} in it; use plain origins such as http://latchkey:3000`,
      );
    }
    return url.origin;
  });
  const hosts = [issuer, ...origins].flatMap(hostsOf);
  if (new Set(hosts).size !== hosts.length) {
    throw new ConfigError('BACK_CHANNEL_ORIGINS', 'names a host twice, or that of ISSUER; name each other host once');
  }
  return origins;
}

/** Names of hosts, addresses, and networks in the notation of RFC 4632. */
export function parseInnerHosts(value: string | undefined): string[] {
  return splitList('OUTGOING_INNER_HOSTS', value).map((entry) => {
    const isNetwork = ipaddr.isValidCIDR(entry) && ipaddr.parseCIDR(entry)[1] > 0;
    const isAddress = ipaddr.IPv4.isValidFourPartDecimal(entry) || ipaddr.IPv6.isValid(entry);
    const isName = /^(?=.*[a-z])[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(entry);
    if (isNetwork || isAddress || isName) return entry.toLowerCase();
    throw new ConfigError(
      'OUTGOING_INNER_HOSTS',
      `cannot have ${JSON.stringify(entry)} in it; use names, addresses and networks such as keycloak.corp.example,10.20.0.0/16`,
    );
  });
}

/** How a Host header may say an origin: the default port of its scheme may be left out (RFC 9110 §4.2.3). */
export function hostsOf(origin: string): string[] {
  const { host, port, protocol } = new URL(origin);
  return port === '' ? [host, `${host}:${protocol === 'https:' ? 443 : 80}`] : [host];
}

export function parseSmtpUrl(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  // What begins with these would end the host, and the mail would go to what stands before it.
  if (/[#\\\s]/.test(value)) {
    throw new ConfigError('SMTP_URL', 'has a #, a space or a backslash in it; in a password write %23, %20 or %5C');
  }
  const url = URL.parse(value);
  if (!url?.hostname || !/^smtps?:$/.test(url.protocol)) {
    throw new ConfigError('SMTP_URL', 'is not the address of a mail server; use smtps://user:password@host');
  }
  return value;
}

/** Top-level names that nobody can register (RFC 2606 §2, RFC 6762 §3 and appendix G, RFC 8375, ICANN for internal). */
const PRIVATE_NAMES = new Set([
  '.local',
  '.localdomain',
  '.lan',
  '.home',
  '.internal',
  '.intranet',
  '.private',
  '.corp',
  '.test',
]);

/** `private`, and suffixes such as `.lan` or `.plant.example.com`. */
export function parseHttpRedirectHosts(value: string | undefined): string[] {
  const entries = splitList('HTTP_REDIRECT_HOSTS', value).map((entry) => entry.toLowerCase());
  for (const entry of entries) {
    const isSuffix = /^(\.[a-z0-9_-]{1,63})+$/.test(entry);
    if (entry !== 'private' && !isSuffix) {
      throw new ConfigError(
        'HTTP_REDIRECT_HOSTS',
        `cannot have ${JSON.stringify(entry)}; use private, or a suffix such as .lan`,
      );
    }
    if (isSuffix && !entry.slice(1).includes('.') && !PRIVATE_NAMES.has(entry)) {
      throw new ConfigError(
        'HTTP_REDIRECT_HOSTS',
        `cannot have ${entry}: hosts of strangers end with it; use a longer suffix`,
      );
    }
  }
  return [...new Set(entries)];
}

/** Who mail is from. */
export interface Sender {
  readonly name: string;
  readonly address: string;
}

export function parseMailFrom(value: string | undefined, issuer: string): Sender {
  if (value === undefined) return { name: 'Latchkey', address: `no-reply@${new URL(issuer).hostname}` };
  const {
    name = '',
    long,
    short,
  } = /^(?:(?<name>[^<>@]*?)\s*<(?<long>[^<>]+)>|(?<short>[^<>]+))$/.exec(value)?.groups ?? {};
  const address = parseSender(long ?? short ?? '');
  if (address === undefined || !isPlainName(name)) {
    throw new ConfigError('MAIL_FROM', 'is not an address; use mail@example.com, or Name <mail@example.com>');
  }
  return { name: name.replace(/^"(.*)"$/, '$1'), address };
}

/** An address, or one at a host of this network, which has no dot. */
const parseSender = (text: string) =>
  /^[\w.+-]+@[a-z0-9-]+$/i.test(text) ? text : emailAddress().safeParse(text).data;

/** Certificates in PEM, one after the other. */
export function parseAuthorities(variable: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const certificates = value.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
    if (certificates.length > 0) return certificates.join('\n');
  } catch {
    // Said below.
  }
  throw new ConfigError(
    variable,
    'is not a certificate in PEM; use the text of the file that starts with -----BEGIN CERTIFICATE-----',
  );
}

/** `id:base64,…`, 32 bytes each, ids unique. */
export function parseMasterKeys(value: string | undefined): MasterKey[] {
  const keys = splitList('MASTER_KEYS', value).map((entry) => {
    const match = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+={0,2})$/.exec(entry);
    const key = Buffer.from(match?.[2] ?? '', 'base64');
    if (!match?.[1] || key.length !== 32) {
      throw new ConfigError(
        'MASTER_KEYS',
        'wants id:base64 entries of 32 bytes; make one with: echo "k1:$(openssl rand -base64 32)"',
      );
    }
    return { id: match[1], key };
  });
  if (new Set(keys.map((key) => key.id)).size !== keys.length) {
    throw new ConfigError('MASTER_KEYS', 'names a key id twice; give every key an id of its own');
  }
  return keys;
}

/** `Acme, Acme Bank`; of two letters a name would be in half of all. */
export function parseNames(value: string | undefined): string[] {
  const names = splitList('PROTECTED_NAMES', value);
  if (names.some((name) => (name.match(/[\p{L}\p{N}]/gu) ?? []).length < 3)) {
    throw new ConfigError('PROTECTED_NAMES', 'has a name of fewer than three letters; use Acme, Acme Bank');
  }
  return names;
}

export function parseCookieKeys(value: string | undefined): string[] {
  const keys = splitList('COOKIE_KEYS', value);
  if (keys.some((key) => key.length < 32)) {
    throw new ConfigError(
      'COOKIE_KEYS',
      'has a secret shorter than 32 characters; make one with: openssl rand -base64 48',
    );
  }
  return keys;
}

/** An empty place between commas is a variable that was not filled in, and does not make the list shorter. */
function splitList(name: string, value: string | undefined): string[] {
  if (value === undefined) return [];
  const entries = value.split(',').map((entry) => entry.trim());
  if (entries.includes('')) throw new ConfigError(name, 'has an empty entry; fill it in, or take its comma away');
  return entries;
}
