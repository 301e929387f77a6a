import { describe, expect, it } from '@jest/globals';
import { decideScopes, type ScopeRequest } from '../../src/apis/policy.ts';

const offered = ['read', 'write', 'delete'];
const plain = {
  offered,
  needsRole: [],
  subscribed: offered,
  requested: undefined,
  roles: 'app',
} satisfies ScopeRequest;

describe('the scopes of a token', () => {
  it.each<[string, Partial<ScopeRequest>, string[], string[]]>([
    ['all that is allowed when none is named', { subscribed: ['read', 'write'] }, ['read', 'write'], []],
    ['what was asked and is allowed', { subscribed: ['read', 'write'], requested: ['read'] }, ['read'], []],
    ['nothing beyond the subscription', { subscribed: ['read'], requested: ['read', 'delete'] }, ['read'], ['delete']],
    ['nothing that the API no longer offers', { offered: ['read'], requested: ['write'] }, [], ['write']],
    ['nothing without a subscription', { subscribed: [] }, [], []],
    ['each once', { requested: ['read', 'read'] }, ['read'], []],
    ['nothing for an empty request', { requested: [] }, [], []],
    [
      'what needs a role, for an app that acts for itself',
      { needsRole: ['write'], requested: ['write'] },
      ['write'],
      [],
    ],
    ['not what needs a role that the person lacks', { needsRole: ['write'], roles: [] }, ['read', 'delete'], []],
    ['what needs a role that the person has', { needsRole: offered, roles: ['write'] }, ['write'], []],
    [
      'no more by a role than the app may have',
      { needsRole: ['write'], subscribed: ['read'], roles: ['read', 'write'], requested: offered },
      ['read'],
      ['write', 'delete'],
    ],
  ])('are %s', (_what, request, granted, refused) => {
    expect(decideScopes({ ...plain, ...request })).toMatchObject({ granted, refused });
  });

  const names = ['a', 'b', 'c'];
  const subset = (bits: number, shift: number) => names.filter((_, i) => (bits >> shift) & (1 << i));

  /** Scope by scope, in the words of the rule. */
  function isAllowed(scope: string, request: ScopeRequest): boolean {
    if (!request.offered.includes(scope)) return false;
    if (!request.subscribed.includes(scope)) return false;
    if (request.requested !== undefined && !request.requested.includes(scope)) return false;
    if (request.roles === 'app' || !request.needsRole.includes(scope)) return true;
    return request.roles.includes(scope);
  }

  it.each(['app', 'person'] as const)('follow the rule in every combination there is, for an %s', (who) => {
    const wrong: ScopeRequest[] = [];
    for (let bits = 0; bits < 2 ** 15; bits += 1) {
      const request: ScopeRequest = {
        offered: subset(bits, 0),
        needsRole: subset(bits, 3),
        subscribed: subset(bits, 6),
        requested: subset(bits, 9),
        roles: who === 'app' ? 'app' : subset(bits, 12),
      };
      for (const one of [request, { ...request, requested: undefined }]) {
        const { granted, refused, withheld } = decideScopes(one);
        const right = names.filter((scope) => isAllowed(scope, one));
        const rest = one.requested?.filter((scope) => !right.includes(scope)) ?? [];
        const lacking = names
          .filter((scope) => isAllowed(scope, { ...one, requested: undefined, roles: 'app' }))
          .filter((scope) => !isAllowed(scope, { ...one, requested: undefined }));
        if (String([...granted].sort()) !== String(right) || String(refused) !== String(rest)) wrong.push(one);
        if (String(withheld) !== String(lacking)) wrong.push(one);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('never grow when something is taken away', () => {
    const wrong: unknown[] = [];
    for (let bits = 0; bits < 2 ** 15; bits += 1) {
      const request = {
        offered: subset(bits, 0),
        needsRole: subset(bits, 3),
        subscribed: subset(bits, 6),
        requested: subset(bits, 9),
        roles: subset(bits, 12),
      };
      const { granted } = decideScopes(request);
      for (const list of ['offered', 'subscribed', 'requested', 'roles'] as const) {
        const fewer = decideScopes({ ...request, [list]: request[list].slice(1) }).granted;
        if (fewer.some((scope) => !granted.includes(scope))) wrong.push({ request, list });
      }
    }
    expect(wrong).toEqual([]);
  });
});
