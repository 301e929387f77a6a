import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { readAddress } from '../../src/db/connections/address.ts';
import { driverOptions } from '../../src/db/connections/driver-options.ts';

const partsOf = (url: string) => {
  const { parameters: _, ...parts } = readAddress(url);
  return JSON.parse(JSON.stringify(parts));
};

describe('an address of PostgreSQL', () => {
  it.each([
    ['postgres://u:p@h:5433/db', { user: 'u', password: 'p', host: 'h', port: 5433, database: 'db' }],
    ['postgresql://u@h', { user: 'u', host: 'h' }],
    ['postgres://u:a:b@h/db', { user: 'u', password: 'a:b', host: 'h', database: 'db' }],
    ['postgres://u:p@ss@h/db', { user: 'u', password: 'p@ss', host: 'h', database: 'db' }],
    ['postgres://u%40t:%23%2F%3F%40%25@h/a%2Fb', { user: 'u@t', password: '#/?@%', host: 'h', database: 'a/b' }],
    ['postgres://u:p@[::1]:5432/db', { user: 'u', password: 'p', host: '::1', port: 5432, database: 'db' }],
    ['postgres://u@[fe80::1%25eth0]/db', { user: 'u', host: 'fe80::1%eth0', database: 'db' }],
    ['postgres:///db?host=/run/postgresql', { host: '/run/postgresql', database: 'db', tls: 'disable' }],
    [
      'postgres://u@/db?host=/run/pg&port=5433',
      { user: 'u', host: '/run/pg', port: 5433, database: 'db', tls: 'disable' },
    ],
    ['postgres://%2Frun%2Fpostgresql/db', { host: '/run/postgresql', database: 'db' }],
    ['postgres://h/db?user=u&password=p%26', { user: 'u', password: 'p&', host: 'h', database: 'db' }],
    ['postgres://h/db?sslmode=disable', { host: 'h', database: 'db', tls: 'disable' }],
    ['postgres://h/db?sslmode=allow', { host: 'h', database: 'db', tls: 'disable' }],
    ['postgres://h/db?sslmode=prefer', { host: 'h', database: 'db', tls: 'require' }],
    ['postgres://h/db?sslmode=require&channel_binding=require', { host: 'h', database: 'db', tls: 'require' }],
    ['postgres://h/db?sslmode=no-verify', { host: 'h', database: 'db', tls: 'require' }],
    ['postgres://h/db?sslmode=require&sslrootcert=/ca', { host: 'h', database: 'db', tls: 'verify-ca' }],
    ['postgres://h/db?sslrootcert=system', { host: 'h', database: 'db', tls: 'verify-full' }],
    ['postgres://h/db?ssl=true', { host: 'h', database: 'db', tls: 'verify-full' }],
    ['postgres://h/db?uselibpqcompat=true&sslmode=verify-full', { host: 'h', database: 'db', tls: 'verify-full' }],
    ['postgres://h/db?target_session_attrs=read-write&gssencmode=disable', { host: 'h', database: 'db' }],
  ])('is taken: %s', (url, expected) => {
    expect(partsOf(url)).toEqual(expected);
    expect(readConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
  });

  it.each([
    ['postgres://u:s3cr#t@h/db', /has a # in it; write # .* as %23/],
    ['postgres://u:12#s3cr@h/db', /has a # in it/],
    ['postgres://u:s3cr/t@h/db', /has an @ behind the host; write .* %2F/],
    ['postgres://u:12/s3cr@h/db', /has an @ behind the host/],
    ['postgres://u:p@s3cr/t@h/db', /has an @ behind the host/],
    ['postgres://u:s3cr?t@h/db', /has an @ behind the host; write .* %3F/],
    ['postgres://u:s3cr%t@h/db', /has a % that begins no percent-encoding; write .* %25/],
    ['postgres://u:s3cr%zz@h/db', /has a % that begins no percent-encoding/],
    ['postgres://u:s3cr%ff@h/db', /has a % that begins no percent-encoding/],
    ['postgres://u:s3cr', /has no number from 1 to 65535 as its port/],
    ['postgres://u:s3cr/t', /has no number from 1 to 65535 as its port/],
    ['postgres://u@s3cr:0/db', /as its port/],
    ['postgres://u:s3cr\n@h/db', /has a line break/],
    ['"postgres://u:s3cr@h/db"', /is in quotation marks/],
    ['u:s3cr@h/db', /is not a PostgreSQL address/],
    ['mysql://u:s3cr@h/db', /is not a PostgreSQL address/],
    ['host=h user=u password=s3cr', /is not a PostgreSQL address/],
    ['postgres://u:s3cr@h1,h2/db', /names several hosts/],
    ['postgres://u:s3cr@h1:5432,h2:5432/db', /names several hosts/],
    ['postgres://u:s3cr@/db?host=h1,h2', /names several hosts/],
    ['postgres://u:s3cr@::1/db', /as its port|in brackets/],
    ['postgres://u:s3cr@[::1/db', /in brackets/],
    ['postgres://u:s3cr@[nonsense]/db', /no IPv6 address/],
    ['postgres://u:s3cr@h/db?ssl_mode=require', /has ssl_mode, a parameter that is not known here/],
    ['postgres://u:p?s3cr=x', /has a parameter that is not known here/],
    ['postgres://u:s3cr@h/db?sslmode=', /has a parameter without a value: sslmode/],
    ['postgres://u:s3cr@h/db?sslmode=full', /has an sslmode that is not known/],
    ['postgres://u:s3cr@h/db?sslmode=verify-ca', /sslmode=verify-ca and no sslrootcert/],
    [
      'postgres://u:s3cr@h/db?sslmode=require&sslrootcert=system',
      /sslrootcert=system, which is for sslmode=verify-full/,
    ],
    ['postgres://u:s3cr@h/db?sslmode=require&sslcert=/c.pem', /wants sslcert and sslkey together/],
    ['postgres://u:s3cr@h/db?target_session_attrs=standby', /takes no writes/],
    ['postgres://u:s3cr@h/db?connect_timeout=soon', /connect_timeout that is no number/],
  ])('is refused in one line that repeats nothing of it: %j', (url, problem) => {
    const read = () => readConfig({ DATABASE_URL: url });
    expect(read).toThrow(/^DATABASE_URL: [^\n]+$/);
    expect(read).toThrow(problem);
    expect(read).toThrow(expect.not.objectContaining({ message: expect.stringMatching(/s3cr|h1/) }));
  });

  it('says which file of TLS cannot be used', () => {
    const refusal = (query: string) => () => driverOptions(`postgres://h/db?sslmode=verify-full&${query}`);
    expect(refusal('sslrootcert=/nowhere/ca.pem')).toThrow(
      'DATABASE_URL: sslrootcert cannot be read: /nowhere/ca.pem (ENOENT); check the path and its permissions',
    );
    expect(refusal('sslrootcert=/etc/hostname')).toThrow('DATABASE_URL: sslrootcert is no PEM file: /etc/hostname');
  });
});
