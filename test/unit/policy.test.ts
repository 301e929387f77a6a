import { describe, expect, it } from '@jest/globals';
import { decideScopes } from '../../src/apis/policy.ts';

const offered = ['read', 'write', 'delete'];

describe('the scopes of a token', () => {
  it.each([
    [
      'all that is allowed when none is named',
      { offered, subscribed: ['read', 'write'], requested: undefined },
      ['read', 'write'],
      [],
    ],
    ['what was asked and is allowed', { offered, subscribed: ['read', 'write'], requested: ['read'] }, ['read'], []],
    [
      'nothing beyond the subscription',
      { offered, subscribed: ['read'], requested: ['read', 'delete'] },
      ['read'],
      ['delete'],
    ],
    [
      'nothing that the API no longer offers',
      { offered: ['read'], subscribed: ['read', 'write'], requested: ['write'] },
      [],
      ['write'],
    ],
    ['nothing without a subscription', { offered, subscribed: [], requested: undefined }, [], []],
    ['each once', { offered, subscribed: offered, requested: ['read', 'read'] }, ['read'], []],
    ['nothing for an empty request', { offered, subscribed: offered, requested: [] }, [], []],
  ])('are %s', (_what, request, granted, refused) => {
    expect(decideScopes(request)).toEqual({ granted, refused });
  });

  it('are never more than any of the lists allows, whatever is asked', () => {
    const names = ['a', 'b', 'c', 'd'];
    const subset = (bits: number) => names.filter((_, i) => bits & (1 << i));
    for (let i = 0; i < 4096; i += 1) {
      const request = { offered: subset(i & 15), subscribed: subset((i >> 4) & 15), requested: subset(i >> 8) };
      const { granted, refused } = decideScopes(request);
      for (const scope of granted) {
        expect(Object.values(request).every((list) => list.includes(scope))).toBe(true);
      }
      expect([...granted, ...refused].sort()).toEqual([...request.requested].sort());
    }
  });
});
