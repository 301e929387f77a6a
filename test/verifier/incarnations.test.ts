import { describe, expect, it } from '@jest/globals';
import { eventually } from './clock.ts';
import { aProcess, segmentOf } from './epoch-processes.ts';
import { named } from './issuer.ts';
import { aRig, DEAD_TOKEN } from './rig.ts';

const rig = aRig();
const { outcome, token, answering, requestsFor, nextPoll } = rig;

/** The database as it was, and as it is after it was restored, with fewer endings. */
const before = (behind = 0) => aProcess([[named('client', 'app-1'), 5]], { inc: 7, since: 1_700_000_000, behind });
const restored = (behind = 0) => aProcess([[named('client', 'app-1'), 2]], { inc: 8, since: 1_700_000_100, behind });

describe('a database that was restored', () => {
  it('ends the tokens of the one before, and what was known of that is dropped', async () => {
    answering(before());
    expect([await outcome(token([7, 5])), await outcome(token([7, 4]))]).toEqual(['accepted', DEAD_TOKEN]);
    await eventually(() => rig.time.due().length >= 1);
    answering(restored());
    await nextPoll();
    expect([await outcome(token([7, 5])), await outcome(token([8, 2])), await outcome(token([8, 1]))]).toEqual([
      DEAD_TOKEN,
      'accepted',
      DEAD_TOKEN,
    ]);
  });

  it('is asked about at once when its first token comes', async () => {
    answering(before());
    await outcome(token([7, 5]));
    await eventually(() => rig.time.due().length >= 1);
    answering(restored());
    rig.time.sleep(1);
    expect(await outcome(token([8, 2]))).toBe('accepted');
    const asked = requestsFor('/epochs ');
    for (let at = 0; at < 20; at++) expect(await outcome(token([9]))).toBe(DEAD_TOKEN);
    expect(requestsFor('/epochs ')).toBe(asked);
  });

  it('is not left again for a process that has not heard yet, however late that signs', async () => {
    answering(before(10));
    await outcome(token([7, 5]));
    await eventually(() => rig.time.due().length >= 1);
    answering(restored(10));
    await nextPoll();
    for (let poll = 0; poll < 20; poll++) {
      answering(poll % 2 ? restored(10) : before(0));
      await nextPoll();
      expect([await outcome(token([7, 5])), await outcome(token([8, 2]))]).toEqual([DEAD_TOKEN, 'accepted']);
    }
  });

  it('is not left for one that was never heard of, and began earlier', async () => {
    answering(restored());
    await outcome(token([8, 2]));
    await eventually(() => rig.time.due().length >= 1);
    answering(before());
    await nextPoll();
    expect([await outcome(token([7, 5])), await outcome(token([8, 2]))]).toEqual([DEAD_TOKEN, 'accepted']);
  });

  it('that nobody speaks for any more gives way to the one before, after maxStaleSeconds', async () => {
    answering(restored());
    await outcome(token([8, 2]));
    await eventually(() => rig.time.due().length >= 1);
    answering(before());
    for (let passed = 0; passed < 300; passed += 2) await nextPoll();
    expect([await outcome(token([7, 5])), await outcome(token([8, 2]))]).toEqual([DEAD_TOKEN, 'accepted']);
    await nextPoll();
    await nextPoll();
    expect([await outcome(token([7, 5])), await outcome(token([8, 2]))]).toEqual(['accepted', DEAD_TOKEN]);
  });

  it('counts once all of it is here; until then the one before does', async () => {
    answering(before());
    await outcome(token([7, 5]));
    await eventually(() => rig.time.due().length >= 1);
    const large = aProcess([[named('client', 'app-1'), 2]], { inc: 8, since: 1_700_000_100, bits: 2 });
    const part = `/epochs/2/${segmentOf(named('client', 'app-1'), 2)}`;
    large.say = (_payload, path) => (path.startsWith(part) ? 'nonsense' : undefined);
    answering(large);
    await nextPoll();
    expect([await outcome(token([7, 5])), await outcome(token([7, 4])), await outcome(token([8, 2]))]).toEqual([
      'accepted',
      DEAD_TOKEN,
      DEAD_TOKEN,
    ]);
    delete large.say;
    await nextPoll();
    expect([await outcome(token([7, 5])), await outcome(token([8, 2]))]).toEqual([DEAD_TOKEN, 'accepted']);
  });
});
