import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { clientAddress } from '../../src/http/network/client-address.ts';

const PROXY = '10.0.0.1';
const from = (header: string | undefined, trusted: number, remoteAddress = PROXY) =>
  clientAddress(
    {
      socket: { remoteAddress },
      headers: header === undefined ? {} : { 'x-forwarded-for': header },
    } as IncomingMessage,
    trusted,
  );

describe('who sent a request', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:0DB8:0:0::7', '2001:db8::7'],
  ])('is the other end of the connection %s without proxies, whatever it says', (remote, address) => {
    expect(from('203.0.113.9', 0, remote)).toBe(address);
  });

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:56789', '203.0.113.9'],
    ['[2001:db8::9]:80', '2001:db8::9'],
    ['[::1]', '::1'],
    ['2001:DB8::0009', '2001:db8::9'],
    ['"[2001:db8::9]:80"', '2001:db8::9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['[::ffff:cb00:7109]:1', '203.0.113.9'],
    ['fe80::1%25eth0', 'fe80::1'],
    [' 203.0.113.9 ', '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9:1', '203.0.113.9'],
  ])('is the entry that one proxy added: %s', (header, address) => {
    expect(from(header, 1)).toBe(address);
  });

  it.each([
    undefined,
    '',
    'unknown',
    '_hidden',
    '203.0.113.9:',
    '203.0.113.9:http',
    '203.0.113.9.1',
    '203.0.113.999',
    '203.0.113.09',
    '3405803785',
    '0xcb007109',
    '203.0.113',
    '[203.0.113.9',
    '[2001:db8::9]:80:80',
    '2001:db8::9::',
    'for=203.0.113.9',
    '<script>',
    '203.0.113.9,',
    'x'.repeat(30_000),
    '1.1.1.1, unknown',
  ])('is the proxy where its entry is no address: %j', (header) => {
    expect(from(header, 1)).toBe(PROXY);
  });

  it.each([
    ['203.0.113.9, 10.0.0.2', 2, '203.0.113.9'],
    ['203.0.113.9, 10.0.0.2:5555', 3, '203.0.113.9'],
    ['10.0.0.2', 2, '10.0.0.2'],
    ['unknown, 10.0.0.2', 2, '10.0.0.2'],
    ['203.0.113.9, unknown', 2, PROXY],
    ['1.1.1.1, 203.0.113.9, 10.0.0.2', 2, '203.0.113.9'],
  ])('is the furthest of the hops that can be believed: %s with %i proxies', (header, trusted, address) => {
    expect(from(header, trusted)).toBe(address);
  });
});
