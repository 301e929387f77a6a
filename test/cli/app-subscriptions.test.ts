import { describe, expect, it } from '@jest/globals';
import { groupAccess } from '../../src/cli/apps/access-options.ts';

const api = (name: string) => ({ api: name });
const scope = (name: string) => ({ scope: name });

describe('--api and --scope', () => {
  it('gives each scope to the API before it', () => {
    expect(groupAccess([api('a'), scope('1'), scope('2'), api('b'), scope('3')])).toEqual({
      ok: true,
      subscriptions: [
        { api: 'a', scopes: ['1', '2'] },
        { api: 'b', scopes: ['3'] },
      ],
    });
  });

  it('gives every scope to a single API, wherever it stands', () => {
    expect(groupAccess([scope('1'), api('a'), scope('2')])).toEqual({
      ok: true,
      subscriptions: [{ api: 'a', scopes: ['1', '2'] }],
    });
  });

  it('leaves an API without scopes empty, for all of them', () => {
    expect(groupAccess([api('a')])).toEqual({ ok: true, subscriptions: [{ api: 'a', scopes: [] }] });
  });

  it('refuses a scope that could belong to any API, or to none', () => {
    expect(groupAccess([scope('1'), api('a'), api('b')])).toEqual({ ok: false, problem: 'scope_before_api' });
    expect(groupAccess([scope('1')])).toEqual({ ok: false, problem: 'scope_without_api' });
  });
});
