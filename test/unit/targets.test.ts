import { describe, expect, it } from '@jest/globals';
import { createTargets } from '../../src/outgoing/targets.ts';

describe('an address that others name', () => {
  const { mayReach } = createTargets([]);

  it.each(['1.1.1.1', '93.184.216.34', '2606:4700::1111', '2a00:1450:4001::1', '::ffff:1.1.1.1', '64:ff9b::1.1.1.1'])(
    'may be public: %s',
    (address) => {
      expect(mayReach(address)).toBe(true);
    },
  );

  it.each([
    ['this host', '0.0.0.0', '0.1.2.3', '::'],
    ['loopback', '127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1'],
    ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1'],
    ['link-local, where clouds tell secrets', '169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1'],
    ['shared', '100.64.0.1', '100.127.255.255'],
    ['of the protocols', '192.0.0.1', '192.88.99.1', '198.18.0.1', '192.31.196.1', '192.52.193.1', '192.175.48.1'],
    ['for documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
    ['multicast and what is beyond', '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255', 'ff02::1'],
    ['wrapped IPv4', '2002:7f00:1::', '2002:101:101::', '2001:0:1::1', '::ffff:0:127.0.0.1', '64:ff9b:1::1.1.1.1'],
    ['translated into the inside', '64:ff9b::10.0.0.1', '64:ff9b::7f00:1', '64:ff9b::169.254.169.254'],
    ['of no kind', '100::1', '2001:2::1', '5f00::1', '4000::1', 'e000::1', 'localhost', ''],
  ])('is refused when it is %s', (_kind, ...addresses) => {
    expect(addresses.filter(mayReach)).toEqual([]);
  });
});

describe('the operator’s list', () => {
  const targets = createTargets(['idp.corp.example', '10.20.0.0/16', '192.168.7.7', 'fd00:1::/32', '::1']);

  it.each(['10.20.3.4', '192.168.7.7', '::ffff:10.20.0.1', 'fd00:1::9', '::1', '1.1.1.1'])('lets %s in', (address) => {
    expect(targets.mayReach(address)).toBe(true);
  });

  it.each(['10.21.0.1', '192.168.7.8', 'fd00:2::1', '127.0.0.1', '169.254.169.254'])('keeps %s out', (address) => {
    expect(targets.mayReach(address)).toBe(false);
  });

  it('has hosts by their whole name', () => {
    expect(targets.listsHost('idp.corp.example')).toBe(true);
    for (const host of ['evil.idp.corp.example', 'corp.example', 'idp.corp.example.evil', '192.168.7.7']) {
      expect(targets.listsHost(host)).toBe(false);
    }
  });
});
