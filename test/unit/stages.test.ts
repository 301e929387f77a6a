import { describe, expect, it } from '@jest/globals';
import { type KeyTimes, planNextKey, planRequestedKey, stageOf } from '../../src/keys/stages.ts';

const policy = { rotateEvery: 1000, publishFor: 100, retainFor: 50 };
const at = (seconds: number) => new Date(seconds * 1000);
const key = (activatesAt: number, retiresAt: number | null = null, revokedAt: number | null = null): KeyTimes => ({
  createdAt: at(0),
  activatesAt: at(activatesAt),
  retiresAt: retiresAt === null ? null : at(retiresAt),
  revokedAt: revokedAt === null ? null : at(revokedAt),
});

describe('a signing key', () => {
  it.each([
    [99, 'pending'],
    [100, 'active'],
    [199, 'active'],
    [200, 'retiring'],
    [249, 'retiring'],
    [250, 'gone'],
  ])('at %d is %s', (now, stage) => {
    expect(stageOf(key(100, 200), policy, at(now))).toBe(stage);
  });

  it('without a successor stays active for ever', () => {
    expect(stageOf(key(100), policy, at(1e9))).toBe('active');
  });

  it('that was revoked is gone, whatever the time', () => {
    for (const now of [0, 150, 220]) expect(stageOf(key(100, 200, 1), policy, at(now))).toBe('gone');
  });
});

describe('the next key', () => {
  it('signs at once when there is none', () => {
    expect(planNextKey([], policy, at(5))).toEqual({ activatesAt: at(5) });
    expect(planNextKey([key(0, null, 3)], policy, at(5))).toEqual({ activatesAt: at(5) });
  });

  it('is made when it can be published for long enough, and not before', () => {
    expect(planNextKey([key(0)], policy, at(899))).toBeUndefined();
    expect(planNextKey([key(0)], policy, at(900))).toEqual({ activatesAt: at(1000) });
  });

  it('is published for long enough also when it is made late', () => {
    expect(planNextKey([key(0)], policy, at(5000))).toEqual({ activatesAt: at(5100) });
  });

  it('is not made twice', () => {
    expect(planNextKey([key(0, 1000), key(1000)], policy, at(950))).toBeUndefined();
  });

  it('comes after those that wait already when someone asks for it', () => {
    expect(planRequestedKey([key(0)], policy, at(10))).toEqual({ activatesAt: at(110) });
    expect(planRequestedKey([key(0, 110), key(110)], policy, at(10))).toEqual({ activatesAt: at(111) });
  });
});

describe('over a long time', () => {
  it('exactly one key signs at any moment, each was published for long enough, and none leaves while its tokens live', () => {
    const keys: { times: KeyTimes; madeAt: number }[] = [];
    for (let now = 0; now < 20_000; now += 7) {
      const plan = planNextKey(
        keys.map((one) => one.times),
        policy,
        at(now),
      );
      if (plan) {
        const last = keys.at(-1);
        if (last) last.times = { ...last.times, retiresAt: plan.activatesAt };
        keys.push({ times: key(plan.activatesAt.getTime() / 1000), madeAt: now });
      }
      const stages = keys.map((one) => stageOf(one.times, policy, at(now)));
      expect(stages.filter((stage) => stage === 'active')).toHaveLength(1);
    }
    expect(keys.length).toBeGreaterThan(15);
    for (const { times, madeAt } of keys.slice(1)) {
      expect(times.activatesAt.getTime() / 1000 - madeAt).toBeGreaterThanOrEqual(policy.publishFor);
    }
    for (const { times } of keys.slice(0, -1)) {
      const lastMoment = (times.retiresAt?.getTime() ?? 0) / 1000 - 1;
      expect(stageOf(times, policy, at(lastMoment + policy.retainFor))).toBe('retiring');
    }
  });
});
