import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createVerifier, type Verifier, type VerifierOptions } from '../../src/verifier/index.ts';
import { createTestClock, eventually, type TestClock } from './clock.ts';
import { AUDIENCE, named, startIssuer, type TestIssuer } from './issuer.ts';
import { createKey } from './signing.ts';

let time: TestClock;
let issuer: TestIssuer;
let verifier: Verifier;

beforeEach(async () => {
  time = createTestClock();
  issuer = await startIssuer(time.now);
  verifier = aVerifier();
});
afterEach(async () => {
  verifier.close();
  await issuer.stop();
});

function aVerifier(options: Partial<VerifierOptions> = {}): Verifier {
  const { clock, schedule } = time;
  return createVerifier({ issuer: issuer.issuer, audience: AUDIENCE, clock, schedule, ...options });
}

const outcome = (token: string) =>
  verifier.verify(token).then(
    () => 'accepted',
    ({ status, code }) => `${status} ${code}`,
  );
const polls = () => issuer.count('/revocations');

/** Lets the timers of the next two seconds fire, and the polls that they start come back: of this feed, and of epochs. */
async function nextPoll() {
  const before = polls();
  time.advance(2);
  await eventually(() => polls() > before && time.due().length >= 2);
}

describe('the revocation feed', () => {
  it('is polled, with its ETag, and not for each token', async () => {
    await Promise.all(Array.from({ length: 30 }, () => verifier.verify(issuer.token())));
    expect(issuer.requests.filter((line) => line.includes('/revocations'))).toEqual(['GET /revocations 200']);
    await nextPoll();
    await nextPoll();
    expect(issuer.requests.filter((line) => line.includes('/revocations'))).toEqual([
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
    const token = issuer.token({ ...claims, exp: time.now() + 3000 });
    expect(await outcome(token)).toBe('accepted');
    const signer = createKey('key-2');
    issuer.published.keys.push(signer);
    issuer.publish({ seq: 2, revoked: { [named(kind, value)]: time.now() }, key: signer });
    await nextPoll();
    expect(await outcome(token)).toBe('401 invalid_token');
    // A stolen key writes any time it likes; everything else is good again when it is issued anew.
    const later = issuer.token({ ...claims, iat: time.now() });
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
      ].map(([kind = '', value = '']) => [named(kind, value), time.now() + 1000]),
    );
    issuer.publish({ seq: 2, revoked });
    expect(await outcome(issuer.token({ jti: 'jti-1', grant_id: 'grant-1' }))).toBe('accepted');
  });

  it('that is older is ignored, and does not count as news', async () => {
    const token = issuer.token({ jti: 'jti-1', exp: time.now() + 3000 });
    const old = issuer.publish({ seq: 5 });
    issuer.publish({ seq: 6, revoked: { [named('token', 'jti-1')]: time.now() } });
    expect(await outcome(token)).toBe('401 invalid_token');
    issuer.published.feed = old;
    await nextPoll();
    expect(await outcome(token)).toBe('401 invalid_token');
    time.advance(301);
    expect(await outcome(issuer.token())).toBe('503 unavailable');
  });

  it('of the same sequence is taken when it is not older', async () => {
    const token = issuer.token({ jti: 'jti-1' });
    expect(await outcome(token)).toBe('accepted');
    issuer.publish({ seq: 1, iat: Math.floor(time.now()) - 1, revoked: { [named('token', 'jti-1')]: time.now() } });
    await nextPoll();
    expect(await outcome(token)).toBe('accepted');
    issuer.publish({ seq: 1, revoked: { [named('token', 'jti-1')]: time.now() } });
    await nextPoll();
    expect(await outcome(token)).toBe('401 invalid_token');
  });

  it('of a server that was restored from a backup is taken, once it is too late for a replay', async () => {
    issuer.publish({ seq: 1000 });
    expect(await outcome(issuer.token())).toBe('accepted');
    time.sleep(301);
    issuer.publish({ seq: 7 });
    expect(await outcome(issuer.token())).toBe('accepted');
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
    forge(issuer);
    expect(await outcome(issuer.token())).toBe('503 unavailable');
  });

  it('signed by a key that it revoked is ignored', async () => {
    const stolen = createKey('stolen');
    issuer.published.keys.push(stolen);
    issuer.publish({ seq: 2, revoked: { [named('key', 'stolen')]: time.now() } });
    expect(await outcome(issuer.token({}, {}, stolen))).toBe('401 invalid_token');
    issuer.publish({ seq: 3, key: stolen });
    await nextPoll();
    expect(await outcome(issuer.token({}, {}, stolen))).toBe('401 invalid_token');
  });
});

describe('a server that is down', () => {
  it('is not needed for maxStaleSeconds; then verification fails closed, and recovers by itself', async () => {
    expect(await outcome(issuer.token())).toBe('accepted');
    issuer.published.down = true;
    for (let passed = 0; passed < 300; passed += 2) await nextPoll();
    expect(await outcome(issuer.token())).toBe('accepted');
    await nextPoll();
    expect(await outcome(issuer.token())).toBe('503 unavailable');
    issuer.published.down = false;
    await nextPoll();
    time.advance(1);
    expect(await outcome(issuer.token())).toBe('accepted');
  });

  it('gets no request for each that is refused', async () => {
    issuer.published.down = true;
    await outcome(issuer.token());
    issuer.published.down = false;
    time.advance(2);
    expect(await outcome(issuer.token())).toBe('accepted');
    issuer.published.down = true;
    time.sleep(301);
    await outcome(issuer.token());
    const before = polls();
    for (let at = 0; at < 20; at++) expect(await outcome(issuer.token())).toBe('503 unavailable');
    expect(polls() - before).toBe(0);
  });
});

describe('a process that was suspended', () => {
  it('asks before it answers', async () => {
    const token = issuer.token({ jti: 'jti-1' });
    expect(await outcome(token)).toBe('accepted');
    issuer.publish({ seq: 2, revoked: { [named('token', 'jti-1')]: time.now() } });
    time.sleep(60);
    expect(await outcome(token)).toBe('401 invalid_token');
  });
});

describe('close', () => {
  it('leaves no timer', async () => {
    await verifier.verify(issuer.token());
    await eventually(() => time.due().length >= 2);
    verifier.close();
    expect(time.due()).toEqual([]);
  });
});
