import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { eventually } from './clock.ts';
import { aProcess, type EpochProcess, segmentOf } from './epoch-processes.ts';
import { AUDIENCE, named } from './issuer.ts';
import { aRig, DEAD_TOKEN } from './rig.ts';
import { createKey } from './signing.ts';

const DEAD = -1;

const rig = aRig();
const { aVerifier, outcome, token, answering, requestsFor, nextPoll } = rig;

const segments = () => rig.issuer.requests.filter((line) => /^GET \/epochs\/\d/.test(line)).length;
const aName = () => randomBytes(16).toString('base64url');
const many = (count: number) => Array.from({ length: count }, () => [aName(), 1 + (count % 3)] as const);

describe('a token with epochs', () => {
  const kinds: [kind: string, value: string, position: number][] = [
    ['client', 'app-1', 1],
    ['account', 'person-1', 2],
    ['consent', 'person-1 app-1', 3],
    ['subscription', `app-1 ${AUDIENCE}`, 4],
    ['api', AUDIENCE, 5],
    ['roles', `person-1 ${AUDIENCE}`, 6],
    ['api-roles', AUDIENCE, 7],
    ['client-tokens', 'app-1', 8],
  ];

  it.each(kinds)('is dead when its epoch of %s is lower, whatever the time', async (kind, value, position) => {
    const of = (epoch: number) => {
      const ep = [7, ...Array(position).fill(0)];
      ep[position] = epoch;
      return token(ep, { grant_id: 'grant-1', iat: rig.time.now() + 4 });
    };
    answering(aProcess([[named(kind, value), 3]]));
    expect([await outcome(of(2)), await outcome(of(3)), await outcome(of(4))]).toEqual([
      DEAD_TOKEN,
      'accepted',
      'accepted',
    ]);
    // Left out is 0; a higher one of something else helps nothing.
    expect(await outcome(token([7], { grant_id: 'grant-1' }))).toBe(DEAD_TOKEN);
    const others = [7, 9, 9, 9, 9, 9, 9, 9, 9];
    others[position] = 2;
    expect(await outcome(token(others, { grant_id: 'grant-1' }))).toBe(DEAD_TOKEN);
  });

  it.each([
    ['token', 'jti-1'],
    ['grant', 'grant-1'],
    ['key', 'key-1'],
    ['client', 'app-1'],
  ])('is dead when its %s is listed as dead', async (kind, value) => {
    const signer = createKey('key-2');
    rig.issuer.published.keys.push(signer);
    answering(aProcess([[named(kind, value), DEAD]], { key: signer }));
    const claims = { jti: 'jti-1', grant_id: 'grant-1', iat: rig.time.now() + 4 };
    expect(await outcome(token([7, 9, 9, 9, 9, 9, 9, 9, 9, 9], claims))).toBe(DEAD_TOKEN);
    expect(await outcome(token([7], { client_id: 'app-2', sub: 'person-2' }))).toBe(
      kind === 'key' ? DEAD_TOKEN : 'accepted',
    );
  });

  it('does not mind the times of the old feed, and nobody asks for it', async () => {
    answering(aProcess());
    rig.issuer.publish({ seq: 2, revoked: { [named('client', 'app-1')]: rig.time.now() + 1000 } });
    expect(await outcome(token())).toBe('accepted');
    await nextPoll();
    expect(requestsFor('/revocations')).toBe(0);
  });

  it('may have more epochs than this version knows', async () => {
    answering(aProcess());
    expect(await outcome(token([7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))).toBe('accepted');
  });

  it.each([
    [null],
    [{}],
    ['7'],
    [7],
    [[]],
    [['7']],
    [[7, -1]],
    [[7, 1.5]],
    [[7, null]],
    [[7, [1]]],
    [[2 ** 53]],
    [Array(33).fill(7)],
  ])('that are wrong (%j) is refused, also by a verifier that follows nothing', async (ep) => {
    answering(aProcess());
    expect(await outcome(token(ep))).toBe(DEAD_TOKEN);
    const careless = aVerifier({ revocations: 'off' });
    await expect(careless.verify(token(ep))).rejects.toMatchObject({ message: 'the claim ep is wrong' });
    careless.close();
  });
});

describe('a token without epochs', () => {
  const old = () => rig.issuer.token({ exp: rig.time.now() + 100_000 });

  it('has epoch 0 of everything', async () => {
    answering(aProcess([[named('consent', 'person-1 app-1'), 1]]));
    expect(await outcome(old())).toBe(DEAD_TOKEN);
    expect(await outcome(rig.issuer.token({ sub: 'person-2' }))).toBe('accepted');
  });

  it('is judged by the old feed too', async () => {
    answering(aProcess());
    rig.issuer.publish({ seq: 2, revoked: { [named('client', 'app-1')]: rig.time.now() } });
    expect(await outcome(old())).toBe(DEAD_TOKEN);
    expect(await outcome(token())).toBe('accepted');
  });

  it('starts the reading of the old feed, which ends ten minutes after the last one', async () => {
    answering(aProcess());
    await outcome(token());
    expect(requestsFor('/revocations')).toBe(0);
    await outcome(old());
    await eventually(() => rig.time.due().length >= 2);
    for (let passed = 0; passed <= 604; passed += 2) {
      rig.time.advance(2);
      await eventually(() => rig.time.due().length >= (passed <= 598 ? 2 : 1));
    }
    const before = requestsFor('/revocations');
    expect(before).toBeGreaterThan(250);
    for (let poll = 0; poll < 5; poll++) await nextPoll();
    expect(requestsFor('/revocations')).toBe(before);
    // What was revoked meanwhile is asked for before the next one is answered.
    rig.issuer.publish({ seq: 3, revoked: { [named('client', 'app-1')]: rig.time.now() } });
    expect(await outcome(old())).toBe(DEAD_TOKEN);
  });

  it('cannot be judged when the old feed cannot be read; others can', async () => {
    answering(aProcess());
    rig.issuer.published.feed = 'nonsense';
    expect([await outcome(old()), await outcome(token())]).toEqual(['503 unavailable', 'accepted']);
  });
});

describe('a server', () => {
  it('of the version before is followed by the old feed alone, and its upgrade is seen within a minute', async () => {
    rig.issuer.publish({ seq: 2, revoked: { [named('token', 'jti-1')]: rig.time.now() } });
    expect(await outcome(token([7], { jti: 'jti-1' }))).toBe(DEAD_TOKEN);
    expect(await outcome(token([1]))).toBe('accepted');
    answering(aProcess([[named('client', 'app-1'), 2]]));
    await eventually(() => rig.time.due().length >= 2);
    for (let passed = 0; passed < 60; passed += 2) {
      rig.time.advance(2);
      await eventually(() => rig.time.due().length >= 2);
    }
    expect(requestsFor('/epochs')).toBe(2);
    expect(await outcome(token([7, 1]))).toBe(DEAD_TOKEN);
  });

  it('with a process of the version before among others stays what it is; without any other it is an old one again', async () => {
    answering(aProcess([[named('client', 'app-1'), 2]]));
    expect(await outcome(token([7, 1]))).toBe(DEAD_TOKEN);
    await eventually(() => rig.time.due().length >= 1);
    answering();
    for (let passed = 0; passed < 300; passed += 2) await nextPoll();
    expect(await outcome(token([7, 1]))).toBe(DEAD_TOKEN);
    expect(await outcome(token([7, 2]))).toBe('accepted');
    await nextPoll();
    expect(await outcome(token([7, 1]))).toBe('accepted');
    rig.issuer.publish({ seq: 2, revoked: { [named('client', 'app-1')]: rig.time.now() } });
    rig.time.sleep(100);
    expect(await outcome(token([7, 1], { iat: rig.time.now() - 100 }))).toBe(DEAD_TOKEN);
  });

  it('that cannot be reached is not needed for maxStaleSeconds; then tokens are refused with 503', async () => {
    answering(aProcess());
    expect(await outcome(token())).toBe('accepted');
    await eventually(() => rig.time.due().length >= 1);
    rig.issuer.published.down = true;
    for (let passed = 0; passed < 300; passed += 2) await nextPoll();
    expect(await outcome(token())).toBe('accepted');
    await nextPoll();
    expect(await outcome(token())).toBe('503 unavailable');
    rig.issuer.published.down = false;
    await nextPoll();
    expect(await outcome(token())).toBe('accepted');
  });

  it('is asked with the ETag, and nothing is fetched twice', async () => {
    answering(aProcess(many(3000), { bits: 1 }));
    await Promise.all(Array.from({ length: 20 }, () => rig.verifier.verify(token())));
    for (let poll = 0; poll < 3; poll++) await nextPoll();
    expect(
      rig.issuer.requests.filter((line) => line.includes('/epochs')).map((line) => line.replace(/\?of=\S+/, '')),
    ).toEqual([
      'GET /epochs 200',
      'GET /epochs/1/0 200',
      'GET /epochs/1/1 200',
      'GET /epochs 304',
      'GET /epochs 304',
      'GET /epochs 304',
    ]);
  });
});

describe('170,000 entries', () => {
  it('come to a fresh verifier in parts, and one change costs one part', async () => {
    const process = aProcess(many(170_000), { bits: 7 });
    answering(process);
    expect(await outcome(token())).toBe('accepted');
    expect([requestsFor('/epochs '), segments()]).toEqual([1, 128]);
    expect(rig.issuer.epochs.seen.largest).toBeLessThan(65_536);
    expect(rig.issuer.epochs.seen.bytes).toBeLessThan(8_000_000);
    await eventually(() => rig.time.due().length >= 1);

    const before = rig.issuer.epochs.seen.bytes;
    process.epochs.set(named('client', 'app-1'), 1);
    await nextPoll();
    expect([await outcome(token()), await outcome(token([7, 1]))]).toEqual([DEAD_TOKEN, 'accepted']);
    expect([requestsFor('/epochs '), segments()]).toEqual([2, 129]);
    expect(rig.issuer.epochs.seen.bytes - before).toBeLessThan(65_536);
  });

  it('in twice as many parts are the same, and are not fetched again', async () => {
    const process = aProcess(many(4000), { bits: 2 });
    answering(process);
    await outcome(token());
    await eventually(() => rig.time.due().length >= 1);
    process.bits = 3;
    process.epochs.set(named('client', 'app-1'), 1);
    await nextPoll();
    expect([await outcome(token()), await outcome(token([7, 1])), segments()]).toEqual([DEAD_TOKEN, 'accepted', 5]);
    process.bits = 0;
    await nextPoll();
    expect([await outcome(token()), await outcome(token([7, 1])), segments()]).toEqual([DEAD_TOKEN, 'accepted', 5]);
  });
});

describe('two processes behind one address', () => {
  const app = () => named('client', 'app-1');

  /** One that has heard that the app has ended, and one that has not. */
  function ahead(bits = 2): { ahead: EpochProcess; behind: EpochProcess } {
    const entries = many(2000);
    return { ahead: aProcess([...entries, [app(), 1]], { bits }), behind: aProcess(entries, { bits, behind: 1 }) };
  }

  it('never undo what one of them has said, and cost one part for each version', async () => {
    const two = ahead();
    answering(two.behind);
    expect(await outcome(token())).toBe('accepted');
    await eventually(() => rig.time.due().length >= 1);
    expect(segments()).toBe(4);
    answering(two.ahead);
    await nextPoll();
    expect([await outcome(token()), segments()]).toEqual([DEAD_TOKEN, 5]);
    for (let poll = 0; poll < 20; poll++) {
      answering(poll % 2 ? two.ahead : two.behind);
      await nextPoll();
      expect(await outcome(token())).toBe(DEAD_TOKEN);
    }
    expect(segments()).toBe(5);
  });

  it('one names a version that the other does not have yet: it is asked for again', async () => {
    const two = ahead();
    answering(two.behind);
    await outcome(token());
    await eventually(() => rig.time.due().length >= 1);
    // In turn: the list, the part, the list again, the part again.
    rig.issuer.epochs.seen.turn = 0;
    answering(two.ahead, two.behind, two.ahead, two.ahead);
    await nextPoll();
    expect([await outcome(token()), segments()]).toEqual([DEAD_TOKEN, 6]);
  });

  it('one never gives what the other names: that is not known, and after maxStaleSeconds it is a 503', async () => {
    const two = ahead();
    answering(two.behind);
    await outcome(token());
    await eventually(() => rig.time.due().length >= 1);
    two.ahead.say = (_payload, path) => (path === '/epochs' ? undefined : 'nonsense');
    answering(two.ahead);
    for (let passed = 0; passed < 300; passed += 2) await nextPoll();
    expect(await outcome(token())).toBe('accepted');
    await nextPoll();
    expect(await outcome(token())).toBe('503 unavailable');
  });

  it('what all have forgotten goes, but only when nobody can be behind any more', async () => {
    const process = aProcess([...many(2000), [app(), 1]], { bits: 2 });
    answering(process);
    expect(await outcome(token())).toBe(DEAD_TOKEN);
    await eventually(() => rig.time.due().length >= 1);
    process.epochs.delete(app());
    await nextPoll();
    for (let passed = 0; passed < 298; passed += 2) {
      await nextPoll();
      if (passed % 50 === 0) expect(await outcome(token())).toBe(DEAD_TOKEN);
    }
    // Something new, so that a list comes.
    process.epochs.set(aName(), 1);
    await nextPoll();
    process.epochs.set(aName(), 1);
    await nextPoll();
    expect(await outcome(token())).toBe('accepted');
  });

  it('what one has forgotten for long and the other has not is never unknown, also when it cannot be fetched', async () => {
    const two = ahead();
    answering(two.ahead);
    await outcome(token());
    await eventually(() => rig.time.due().length >= 1);
    answering(two.behind);
    await nextPoll();
    answering(two.ahead);
    const part = `/epochs/2/${segmentOf(app(), 2)}`;
    two.ahead.say = (_payload, path) => (path.startsWith(part) ? 'nonsense' : undefined);
    for (let passed = 0; passed < 320; passed += 2) {
      // Another part changes, so that a list comes each rig.time.
      const other = [...Array(99)].map(aName).find((name) => segmentOf(name, 2) !== segmentOf(app(), 2)) ?? '';
      two.ahead.epochs.set(other, 1);
      await nextPoll();
      expect(await outcome(token())).toBe(DEAD_TOKEN);
    }
  });
});
