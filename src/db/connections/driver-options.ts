import { readFileSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import type pg from 'pg';
import { type Address, readAddress, type TlsMode } from './address.ts';
import { unusable } from './explain.ts';

/** What the driver is told, in place of the address itself. @throws {BadAddress} @throws {DatabaseUnusable} */
export function driverOptions(url: string): pg.ClientConfig {
  const address = readAddress(url);
  const { user, password, host, port, database, tls, parameters } = address;
  const { application_name, options, connect_timeout, channel_binding, sslnegotiation } = parameters;
  return {
    ...defined({ user, password, host, port, database, application_name, options }),
    ...(tls && { ssl: tls === 'disable' ? false : tlsOptions(tls, address.parameters) }),
    ...(connect_timeout && { connectionTimeoutMillis: Number(connect_timeout) * 1000 }),
    ...(channel_binding === 'require' && { enableChannelBinding: true }),
    ...(sslnegotiation === 'direct' && { sslnegotiation: 'direct' as const }),
  };
}

const defined = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;

/** What each mode looks at is what it looks at in libpq. */
const LOOKS_AT: Readonly<Record<Exclude<TlsMode, 'disable'>, ConnectionOptions>> = {
  require: { rejectUnauthorized: false },
  'verify-ca': { rejectUnauthorized: true, checkServerIdentity: () => undefined },
  'verify-full': { rejectUnauthorized: true },
};

function tlsOptions(mode: Exclude<TlsMode, 'disable'>, parameters: Address['parameters']): ConnectionOptions {
  const { sslrootcert, sslcert, sslkey, sslpassword } = parameters;
  const files = defined({
    ca: sslrootcert && sslrootcert !== 'system' ? readPem('sslrootcert', sslrootcert) : undefined,
    cert: sslcert && readPem('sslcert', sslcert),
    key: sslkey && readPem('sslkey', sslkey),
    passphrase: sslpassword,
  });
  try {
    createSecureContext(files);
  } catch (error) {
    const names = Object.keys(defined({ sslrootcert, sslcert, sslkey, sslpassword })).join(', ');
    throw unusable(`${names} cannot be used together (${(error as Error).message})`);
  }
  return { ...LOOKS_AT[mode], ...files };
}

function readPem(name: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw unusable(`${name} cannot be read: ${path} (${code}); check the path and its permissions`);
  }
  if (!text.includes('-----BEGIN ')) throw unusable(`${name} is no PEM file: ${path}`);
  return text;
}
