import { isIPv6 } from 'node:net';

export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

/** What DATABASE_URL says, taken apart. What it does not say is undefined. */
export interface Address {
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** A name, an IP address, or the folder of a Unix socket. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly database: string | undefined;
  readonly tls: TlsMode | undefined;
  /** The parameters after the question mark that are for the connection. */
  readonly parameters: Readonly<Partial<Record<Parameter, string>>>;
}

/** The parameters of libpq that mean something here, by its names. */
type Parameter = (typeof MEANT)[number];
const MEANT = [
  'application_name',
  'channel_binding',
  'connect_timeout',
  'dbname',
  'host',
  'options',
  'password',
  'port',
  'ssl',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslnegotiation',
  'sslpassword',
  'sslrootcert',
  'user',
] as const;

/** Accepted and ignored: what they ask for is the case anyway, or has no use here. */
const IDLE =
  /^(client_encoding|fallback_application_name|gssencmode|keepalives(_\w+)?|tcp_user_timeout|uselibpqcompat)$/;

/**
 * `allow` and `prefer` leave it to the server whether the connection is encrypted. Here they are what they come to on
 * most servers; the other way is refused with a line that says so (explain.ts).
 */
const MODES: Readonly<Record<string, TlsMode>> = {
  disable: 'disable',
  allow: 'disable',
  prefer: 'require',
  require: 'require',
  'no-verify': 'require',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
};

const SHAPE = 'use postgres://user:password@host:5432/name';
const ENCODE = 'write # / ? @ and % in a user name or a password as %23 %2F %3F %40 and %25';

/** Why an address cannot be used. Nothing of the address is in it, for any piece may be one of the password. */
export class BadAddress extends Error {}

/**
 * Takes an address apart as RFC 3986 does, and refuses what can be read in two ways: the library of the driver guesses,
 * and then looks up a piece of the password as a name of a host.
 * @throws {BadAddress}
 */
export function readAddress(text: string): Address {
  if (/^["'“]|["'”]$/.test(text)) throw new BadAddress('is in quotation marks; leave them out');
  const parts = /^postgres(?:ql)?:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(#)?/i.exec(text);
  if (!parts) throw new BadAddress(`is not a PostgreSQL address; ${SHAPE}`);
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new BadAddress('has a line break or another control character in it');
  const [, authority = '', path = '', query = '', hash] = parts;
  if (hash) throw new BadAddress(`has a # in it; ${ENCODE}`);
  if (path.includes('@') || query.includes('@')) throw new BadAddress(`has an @ behind the host; ${ENCODE}`);
  const at = authority.lastIndexOf('@');
  const [, user = '', password] = /^([^:]*)(?::(.*))?$/.exec(authority.slice(0, Math.max(at, 0))) ?? [];
  const parameters = readParameters(query, at >= 0);
  return {
    user: parameters.user ?? decode(user),
    password: parameters.password ?? decode(password),
    ...readHost(authority.slice(at + 1), parameters),
    database: parameters.dbname ?? decode(path),
    tls: readTls(parameters),
    parameters,
  };
}

function decode(text: string | undefined): string | undefined {
  try {
    return text ? decodeURIComponent(text) : undefined;
  } catch {
    throw new BadAddress(`has a % that begins no percent-encoding; ${ENCODE}`);
  }
}

function readHost(text: string, parameters: Address['parameters']): Pick<Address, 'host' | 'port'> {
  if (`${text}${parameters.host ?? ''}`.includes(',')) {
    throw new BadAddress('names several hosts; use one name, which leads to the primary');
  }
  const [, literal, name, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(text) ?? [];
  if (literal === undefined && name === undefined) {
    throw new BadAddress(`has no host that can be read; write an IPv6 address in brackets, [::1]; ${SHAPE}`);
  }
  const ipv6 = decode(literal);
  if (literal !== undefined && !isIPv6(ipv6 ?? '')) throw new BadAddress('has no IPv6 address in its brackets');
  const port = parameters.port ?? (digits || undefined);
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)) {
    throw new BadAddress(`has no number from 1 to 65535 as its port; ${SHAPE}, and ${ENCODE}`);
  }
  return { host: parameters.host ?? ipv6 ?? decode(name), port: port === undefined ? undefined : Number(port) };
}

/** An unknown name is quoted only where it cannot contain the password. */
function readParameters(query: string, hasUser: boolean): Address['parameters'] {
  const known: Partial<Record<Parameter, string>> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const meant = MEANT.find((one) => one === name);
    if (!meant && !IDLE.test(name) && name !== 'target_session_attrs') {
      const which = hasUser && /^\w{1,40}$/.test(name) ? `${name}, a parameter` : 'a parameter';
      throw new BadAddress(`has ${which} that is not known here; docs/deploy.md lists them, and ${ENCODE}`);
    }
    if (value === '') throw new BadAddress(`has a parameter without a value: ${meant ?? 'one of libpq'}`);
    if (name === 'target_session_attrs' && !/^(any|read-write|primary)$/.test(value)) {
      throw new BadAddress('asks for a server that takes no writes by target_session_attrs; use primary');
    }
    if (meant) known[meant] = value;
  }
  if (Boolean(known.sslcert) !== Boolean(known.sslkey)) throw new BadAddress('wants sslcert and sslkey together');
  if (known.connect_timeout && !/^\d{1,3}$/.test(known.connect_timeout)) {
    throw new BadAddress('has a connect_timeout that is no number of seconds');
  }
  return known;
}

function readTls({ sslmode, ssl, sslrootcert, sslcert, sslnegotiation, host }: Address['parameters']) {
  if (host?.startsWith('/')) return 'disable';
  const wanted =
    sslmode ?? (ssl && { true: 'verify-full', 1: 'verify-full', false: 'disable', 0: 'disable' }[ssl]) ?? ssl;
  if (wanted === undefined) return sslrootcert || sslcert || sslnegotiation ? 'verify-full' : undefined;
  const mode = MODES[wanted];
  if (!mode) throw new BadAddress('has an sslmode that is not known; use disable, require, verify-ca or verify-full');
  if (mode === 'verify-ca' && !sslrootcert) {
    throw new BadAddress('has sslmode=verify-ca and no sslrootcert=/path/of/ca.pem; give it, or use verify-full');
  }
  if (sslrootcert === 'system' && mode !== 'verify-full') {
    throw new BadAddress('has sslrootcert=system, which is for sslmode=verify-full');
  }
  // As libpq: naming an authority means that it is checked.
  return mode === 'require' && sslrootcert && wanted !== 'no-verify' ? 'verify-ca' : mode;
}
