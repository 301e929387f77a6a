import { describe, expect, it } from '@jest/globals';
import { eventually } from './clock.ts';
import { AUDIENCE, named, type TestIssuer } from './issuer.ts';
import { aRig } from './rig.ts';
import { createKey } from './signing.ts';

const rig = aRig();
const { outcome } = rig;

const polls = () => rig.issuer.count('/revocations');

/** Lets the timers of the next two seconds fire, and the polls that they start come back: of this feed, and of epochs. */
async function nextPoll() {
  const before = polls();
  rig.time.advance(2);
  await eventually(() => polls() > before && rig.time.due().length >= 2);
}

describe('the revocation feed', () => {
  it('is polled, with its ETag, and not for each token', async () => {
    await Promise.all(Array.from({ length: 30 }, () => rig.verifier.verify(rig.issuer.token())));
    expect(rig.issuer.requests.filter((line) => line.includes('/revocations'))).toEqual(['GET /revocations 200']);
    await nextPoll();
    await nextPoll();
    expect(rig.issuer.requests.filter((line) => line.includes('/revocations'))).toEqual([
      'GET /revocations 200',
      'GET /revocations 304',
      'GET /revocations 304',
    ]);
  });

  it.each([
    ['token', { jti: 'jti-1' }, 'jti-1'],
    ['grant', { grant_id: 'grant-1' }, 'grant-1'],
    ['client', {}, 'app-1'],
    ['account', {}, 'person-1'],
    ['key', {}, 'key-1'],
    ['subscription', {}, `app-1 ${AUDIENCE}`],
  ])('revokes by %s what was issued until then', async (kind, claims, value) => {
    const token = rig.issuer.token({ ...claims, exp: rig.time.now() + 3000 });
    expect(await outcome(token)).toBe('accepted');
    const signer = createKey('key-2');
    rig.issuer.published.keys.push(signer);
    rig.issuer.publish({ seq: 2, revoked: { [named(kind, value)]: rig.time.now() }, key: signer });
    await nextPoll();
    expect(await outcome(token)).toBe('401 invalid_token');
    // A stolen key writes any time it likes; everything else is good again when it is issued anew.
    const later = rig.issuer.token({ ...claims, iat: rig.time.now() });
    expect(await outcome(later)).toBe(kind === 'key' ? '401 invalid_token' : 'accepted');
  });

  it('leaves alone what it does not name', async () => {
    const revoked = Object.fromEntries(
      [
        ['token', 'jti-2'],
        ['grant', 'grant-2'],
        ['client', 'app-2'],
        ['account', 'app-1'],
        ['subscription', 'app-1 https://other.example.com'],
        ['client', 'person-1'],
      ].map(([kind = '', value = '']) => [named(kind, value), rig.time.now() + 1000]),
    );
    rig.issuer.publish({ seq: 2, revoked });
    expect(await outcome(rig.issuer.token({ jti: 'jti-1', grant_id: 'grant-1' }))).toBe('accepted');
  });

  it('that is older is ignored, and does not count as news', async () => {
    const token = rig.issuer.token({ jti: 'jti-1', exp: rig.time.now() + 3000 });
    const old = rig.issuer.publish({ seq: 5 });
    rig.issuer.publish({ seq: 6, revoked: { [named('token', 'jti-1')]: rig.time.now() } });
    expect(await outcome(token)).toBe('401 invalid_token');
    rig.issuer.published.feed = old;
    await nextPoll();
    expect(await outcome(token)).toBe('401 invalid_token');
    rig.time.advance(301);
    expect(await outcome(rig.issuer.token())).toBe('503 unavailable');
  });

  it('of the same sequence is taken when it is not older', async () => {
    const token = rig.issuer.token({ jti: 'jti-1' });
    expect(await outcome(token)).toBe('accepted');
    rig.issuer.publish({
      seq: 1,
      iat: Math.floor(rig.time.now()) - 1,
      revoked: { [named('token', 'jti-1')]: rig.time.now() },
    });
    await nextPoll();
    expect(await outcome(token)).toBe('accepted');
    rig.issuer.publish({ seq: 1, revoked: { [named('token', 'jti-1')]: rig.time.now() } });
    await nextPoll();
    expect(await outcome(token)).toBe('401 invalid_token');
  });

  it('of a server that was restored from a backup is taken, once it is too late for a replay', async () => {
    rig.issuer.publish({ seq: 1000 });
    expect(await outcome(rig.issuer.token())).toBe('accepted');
    rig.time.sleep(301);
    rig.issuer.publish({ seq: 7 });
    expect(await outcome(rig.issuer.token())).toBe('accepted');
  });

  const forged: [string, (feed: TestIssuer) => void][] = [
    ['signed by an unknown key', (feed) => feed.publish({ seq: 9, key: createKey('other') })],
    ['signed by a key of the same name', (feed) => feed.publish({ seq: 9, key: createKey('key-1') })],
    ['of another type', (feed) => feed.publish({ seq: 9, header: { typ: 'at+jwt' } })],
    ['with no type', (feed) => feed.publish({ seq: 9, header: { typ: undefined } })],
    ['of another algorithm', (feed) => feed.publish({ seq: 9, header: { alg: 'none' } })],
    ['with a jwk', (feed) => feed.publish({ seq: 9, header: { jwk: feed.key.jwk } })],
    ['of another issuer', (feed) => feed.publish({ seq: 9, iss: 'https://evil.example.com' })],
    ['without a sequence', (feed) => feed.publish({ seq: '9' as unknown as number })],
    ['without a time', (feed) => feed.publish({ seq: 9, iat: undefined })],
    ['without revocations', (feed) => feed.publish({ seq: 9, revoked: [] as unknown as Record<string, number> })],
    ['with times that are none', (feed) => feed.publish({ seq: 9, revoked: { a: '1' as unknown as number } })],
    ['that is an access token', (feed) => Object.assign(feed.published, { feed: feed.token() })],
    ['that is nonsense', (feed) => Object.assign(feed.published, { feed: 'nonsense' })],
    ['that is empty', (feed) => Object.assign(feed.published, { feed: '' })],
    ['that is endless', (feed) => Object.assign(feed.published, { feed: 'x'.repeat(9_000_000) })],
  ];

  it.each(forged)('%s does not open anything: 503 when there is no other', async (_name, forge) => {
    forge(rig.issuer);
    expect(await outcome(rig.issuer.token())).toBe('503 unavailable');
  });

  it('signed by a key that it revoked is ignored', async () => {
    const stolen = createKey('stolen');
    rig.issuer.published.keys.push(stolen);
    rig.issuer.publish({ seq: 2, revoked: { [named('key', 'stolen')]: rig.time.now() } });
    expect(await outcome(rig.issuer.token({}, {}, stolen))).toBe('401 invalid_token');
    rig.issuer.publish({ seq: 3, key: stolen });
    await nextPoll();
    expect(await outcome(rig.issuer.token({}, {}, stolen))).toBe('401 invalid_token');
  });
});

describe('a server that is down', () => {
  it('is not needed for maxStaleSeconds; then verification fails closed, and recovers by itself', async () => {
    expect(await outcome(rig.issuer.token())).toBe('accepted');
    rig.issuer.published.down = true;
    for (let passed = 0; passed < 300; passed += 2) await nextPoll();
    expect(await outcome(rig.issuer.token())).toBe('accepted');
    await nextPoll();
    expect(await outcome(rig.issuer.token())).toBe('503 unavailable');
    rig.issuer.published.down = false;
    await nextPoll();
    rig.time.advance(1);
    expect(await outcome(rig.issuer.token())).toBe('accepted');
  });

  it('gets no request for each that is refused', async () => {
    rig.issuer.published.down = true;
    await outcome(rig.issuer.token());
    rig.issuer.published.down = false;
    rig.time.advance(2);
    expect(await outcome(rig.issuer.token())).toBe('accepted');
    rig.issuer.published.down = true;
    rig.time.sleep(301);
    await outcome(rig.issuer.token());
    const before = polls();
    for (let at = 0; at < 20; at++) expect(await outcome(rig.issuer.token())).toBe('503 unavailable');
    expect(polls() - before).toBe(0);
  });
});

describe('a process that was suspended', () => {
  it('asks before it answers', async () => {
    const token = rig.issuer.token({ jti: 'jti-1' });
    expect(await outcome(token)).toBe('accepted');
    rig.issuer.publish({ seq: 2, revoked: { [named('token', 'jti-1')]: rig.time.now() } });
    rig.time.sleep(60);
    expect(await outcome(token)).toBe('401 invalid_token');
  });
});

describe('close', () => {
  it('leaves no timer', async () => {
    await rig.verifier.verify(rig.issuer.token());
    await eventually(() => rig.time.due().length >= 2);
    rig.verifier.close();
    expect(rig.time.due()).toEqual([]);
  });
});
