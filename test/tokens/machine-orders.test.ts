import { describe, expect, it } from '@jest/globals';
import { createClientCache } from '../../src/clients/client-cache.ts';
import type { Db } from '../../src/db/connections/connection.ts';
import type { MachineOrder } from '../../src/tokens/grants/client-credentials.ts';
import { createMachineOrders } from '../../src/tokens/machine-orders.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const anOrder = (clientId: string, expiresAt: Date | null = null) =>
  ({ clientId, scope: 'reports:read', ep: [1], secret: { expiresAt } }) as unknown as MachineOrder;

function remembering(most: number) {
  const clientCache = createClientCache();
  const orders = createMachineOrders(clientCache, most);
  const ask = (name: string, { now = NOW, body = 'grant_type=client_credentials' } = {}) =>
    orders(`Basic ${name}`, body, now);
  /** @returns whether it had to be decided */
  const decided = (name: string) => {
    const { order, remember } = ask(name);
    if (!order) remember(anOrder(name));
    return !order;
  };
  return { ask, decided, forget: () => clientCache.watch({} as Db).invalidate?.() };
}

describe('what was decided for programs', () => {
  it('is remembered for as many as take turns, round after round', () => {
    const { decided } = remembering(100);
    const names = Array.from({ length: 100 }, (_, index) => `app_${index}`);
    const rounds = [1, 2, 3, 4].map(() => names.filter(decided).length);
    expect(rounds).toEqual([100, 0, 0, 0]);
  });

  it('is bounded: of twice as many and one, the first is decided again', () => {
    const { decided } = remembering(100);
    for (let index = 0; index <= 200; index += 1) decided(`app_${index}`);
    expect([decided('app_200'), decided('app_101'), decided('app_0')]).toEqual([false, false, true]);
  });

  it('is by the whole request: another header or body is another', () => {
    const { ask } = remembering(100);
    ask('one').remember(anOrder('one'));
    expect(ask('one').order?.clientId).toBe('one');
    expect(ask('on').order).toBeUndefined();
    expect(ask('one', { body: 'grant_type=client_credentials&scope=x' }).order).toBeUndefined();
  });

  it('is forgotten when an app changes, what is decided meanwhile included', () => {
    const { ask, forget } = remembering(100);
    ask('one').remember(anOrder('one'));
    const early = ask('two');
    forget();
    ask('three').remember(anOrder('three'));
    early.remember(anOrder('two'));
    expect([ask('one').order, ask('two').order]).toEqual([undefined, undefined]);
  });

  it('keeps the scope and the epochs of each', () => {
    const { ask } = remembering(100);
    const terms = [
      ['a', [1]],
      ['a', [1, 2]],
      ['b', [1]],
    ] as const;
    for (const [index, [scope, ep]] of terms.entries()) ask(`${index}`).remember({ ...anOrder('one'), scope, ep });
    expect(terms.map((_, index) => [ask(`${index}`).order?.scope, ask(`${index}`).order?.ep])).toEqual(terms);
  });

  it('ends with the secret', () => {
    const { ask } = remembering(100);
    const ends = new Date(NOW.getTime() + 1000);
    ask('one').remember(anOrder('one', ends));
    expect(ask('one', { now: new Date(ends.getTime() - 1) }).order).toBeDefined();
    expect(ask('one', { now: ends }).order).toBeUndefined();
  });
});
