import { describe, expect, it } from '@jest/globals';
import { type KeyStep, planRequestedKey, planUpkeep } from '../../src/keys/plans.ts';
import { type KeyRecord, type KeyTimes, stageOf, withEnds } from '../../src/keys/stages.ts';
import { randomFrom } from '../support/random.ts';

const policy = { rotateEvery: 1000, publishFor: 100, retainFor: 50 };
const at = (seconds: number) => new Date(seconds * 1000);
let made = 0;
const key = (activatesAt: number, more: { endedAt?: number; revokedAt?: number } = {}): KeyRecord => {
  made += 1;
  return {
    kid: `k${made}`,
    createdAt: at(0),
    activatesAt: at(activatesAt),
    endedAt: more.endedAt === undefined ? null : at(more.endedAt),
    revokedAt: more.revokedAt === undefined ? null : at(more.revokedAt),
  };
};
const startsOf = (keys: readonly KeyTimes[]) => keys.map(({ activatesAt }) => activatesAt.getTime() / 1000);

describe('a signing key', () => {
  it.each([
    [99, 'pending'],
    [100, 'active'],
    [199, 'active'],
    [200, 'retiring'],
    [249, 'retiring'],
    [250, 'gone'],
  ])('at %d is %s', (now, stage) => {
    const first = withEnds([key(200), key(100)]).find(({ activatesAt }) => activatesAt.getTime() === 100_000);
    expect(stageOf(first as KeyTimes, policy, at(now))).toBe(stage);
  });

  it('without a successor stays active for ever', () => {
    expect(withEnds([key(100)]).map((one) => stageOf(one, policy, at(1e9)))).toEqual(['active']);
  });

  it('has no end any more when its successor is revoked before it signed, and keeps it when that happens later', () => {
    const stages = (revokedAt: number) =>
      withEnds([key(0), key(200, { revokedAt })])
        .sort((a, b) => a.activatesAt.getTime() - b.activatesAt.getTime())
        .map((one) => stageOf(one, policy, at(220)));
    expect(stages(150)).toEqual(['active', 'gone']);
    expect(stages(210)).toEqual(['retiring', 'gone']);
  });

  it('that was revoked is gone, whatever the time', () => {
    for (const now of [0, 150, 220]) {
      expect(withEnds([key(100, { revokedAt: 1 })]).map((one) => stageOf(one, policy, at(now)))).toEqual(['gone']);
    }
  });
});

describe('the next key', () => {
  const plan = (keys: readonly KeyRecord[], now: number, use: Parameters<typeof planUpkeep>[1] = 'always') =>
    planUpkeep(withEnds(keys), use, policy, at(now));
  const make = (seconds: number) => ({ step: 'make', activatesAt: at(seconds) });

  it('signs at once when there is none of an algorithm that must sign', () => {
    expect(plan([], 5)).toEqual(make(5));
    expect(plan([key(0, { revokedAt: 3 })], 5)).toEqual(make(5));
  });

  it('is published first when there is none of another one', () => {
    expect(plan([], 5, 'chosen')).toEqual(make(105));
  });

  it('is made when it can be published for long enough, and not before', () => {
    expect(plan([key(0)], 899)).toBeUndefined();
    expect(plan([key(0)], 900)).toEqual(make(1000));
  });

  it('is published for long enough also when it is made late', () => {
    expect(plan([key(0)], 5000)).toEqual(make(5100));
  });

  it('is not made twice', () => {
    expect(plan([key(0), key(1000)], 950)).toBeUndefined();
  });

  it('is made in time although a wrong clock has made one that starts next year', () => {
    expect(plan([key(0), key(1e8)], 900)).toEqual(make(1000));
  });

  it('comes after those that wait already when someone asks for it', () => {
    const requested = (...keys: KeyRecord[]) => planRequestedKey(withEnds(keys), policy, at(10));
    expect(requested(key(0))).toEqual({ activatesAt: at(110) });
    expect(requested(key(0), key(110), key(111))).toEqual({ activatesAt: at(112) });
    expect(requested(key(0), key(1e8))).toEqual({ activatesAt: at(110) });
  });

  it('is the one that waits, and starts now, when the clock was set back before all of them', () => {
    const waiting = key(500);
    expect(plan([waiting, key(700)], 100)).toEqual({ step: 'start', kid: waiting.kid, activatesAt: at(100) });
  });

  it('is not made where nothing uses the algorithm; the last one ends, and goes on when it is used again in time', () => {
    const last = key(0);
    expect(plan([last], 5, 'unused')).toEqual({ step: 'end', kid: last.kid });
    const ended = { ...last, endedAt: at(5) };
    expect(plan([ended], 6, 'unused')).toBeUndefined();
    expect(plan([ended], 54, 'chosen')).toEqual({ step: 'start', kid: last.kid, activatesAt: at(0) });
    expect(plan([ended], 55, 'chosen')).toEqual(make(155));
  });
});

/** A database of one algorithm's keys, with what src/keys/rotation.ts does to it. */
class Keys {
  records: (KeyRecord & { madeAt: number; urgent: boolean })[] = [];

  all() {
    return withEnds(this.records);
  }

  maintain(now: number, use: Parameters<typeof planUpkeep>[1], urgent: boolean): void {
    for (let steps = 0; ; steps += 1) {
      const step = planUpkeep(this.all(), use, policy, at(now));
      if (!step) return;
      if (steps > 40) throw new Error('the planner never comes to rest');
      this.take(step, now, urgent);
    }
  }

  take(step: KeyStep, now: number, urgent: boolean): void {
    if (step.step === 'make') {
      this.records.push({ ...key(0), activatesAt: step.activatesAt, madeAt: now, urgent });
      return;
    }
    this.records = this.records.map((record) => {
      if (record.kid !== step.kid) return record;
      if (step.step === 'end') return { ...record, endedAt: at(now) };
      const moved = step.activatesAt.getTime() !== record.activatesAt.getTime();
      return { ...record, endedAt: null, activatesAt: step.activatesAt, urgent: record.urgent || (moved && urgent) };
    });
  }

  revoke(kid: string, now: number): void {
    this.records = this.records.map((record) => (record.kid === kid ? { ...record, revokedAt: at(now) } : record));
  }
}

describe('whatever is done with keys, in whatever order', () => {
  it.each(Array.from({ length: 300 }, (_, seed) => seed))(
    'exactly one signs at any moment, and each was published first where that could wait (seed %d)',
    (seed) => {
      const random = randomFrom(seed);
      const keys = new Keys();
      let now = 10_000;
      let latest = now;
      let use: 'always' | 'chosen' | 'unused' = random.chance(0.5) ? 'always' : 'chosen';
      const done: string[] = [];
      for (let step = 0; step < 60; step += 1) {
        // Until the clock is back where it was, keys that were revoked then are still to come.
        let urgent = step === 0 || now < latest;
        latest = Math.max(latest, now);
        const live = keys.all().filter((one) => !one.revokedAt);
        const what = random.int(9);
        if (what <= 1) keys.take({ step: 'make', ...planRequestedKey(keys.all(), policy, at(now)) }, now, false);
        if (what === 2 && live.length > 0) {
          urgent = true;
          keys.revoke((live[random.int(live.length - 1)] as KeyTimes).kid, now);
        }
        if (what === 3) {
          urgent = true;
          for (const { kid } of live) keys.revoke(kid, now);
        }
        if (what === 4 && use !== 'always') use = random.one(['chosen', 'unused']);
        if (what === 5) now += 100_000;
        if (what === 6 && random.chance(0.3)) {
          urgent = true;
          now -= random.int(3000);
        }
        if (what >= 6) now += random.int(300);
        done.push(`${what}@${now}`);
        keys.maintain(now, use, urgent);

        const stages = keys.all().map((one) => stageOf(one, policy, at(now)));
        const signing = stages.filter((stage) => stage === 'active').length;
        const expected = use === 'always' ? [1] : use === 'unused' ? [0] : [0, 1];
        expect([done.join(), expected.includes(signing)]).toEqual([done.join(), true]);
        if (use === 'chosen' && signing === 0) {
          const starts = startsOf(keys.all().filter((one) => stageOf(one, policy, at(now)) === 'pending'));
          expect(Math.min(...starts)).toBeLessThanOrEqual(now + policy.publishFor);
        }
      }
      for (const { activatesAt, madeAt, urgent } of keys.records) {
        const published = activatesAt.getTime() / 1000 - madeAt;
        expect([done.join(), urgent || published >= policy.publishFor]).toEqual([done.join(), true]);
      }
    },
  );

  it('over a long time none leaves while its tokens live, and each is followed in time', () => {
    const keys = new Keys();
    for (let now = 0; now < 20_000; now += 7) keys.maintain(now, 'always', now === 0);
    expect(keys.records.length).toBeGreaterThan(15);
    const starts = startsOf(keys.all()).sort((a, b) => a - b);
    for (const [index, start] of starts.slice(1).entries()) {
      expect(start - (starts[index] as number)).toBeGreaterThanOrEqual(policy.rotateEvery);
      expect(start - (starts[index] as number)).toBeLessThan(policy.rotateEvery + 10);
    }
  });
});
