import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEventParser } from '../../src/verifier/event-stream.ts';
import { createVerifier, type Verifier } from '../../src/verifier/index.ts';
import { createTestClock, eventually, type TestClock } from './clock.ts';
import { AUDIENCE, named, startIssuer, type TestIssuer } from './issuer.ts';

let time: TestClock;
let issuer: TestIssuer;
let verifier: Verifier;

beforeEach(async () => {
  time = createTestClock();
  issuer = await startIssuer(time.now);
  const { clock, schedule } = time;
  const base = { issuer: issuer.issuer, audience: AUDIENCE, clock, schedule };
  verifier = createVerifier({ ...base, revocations: 'stream' });
  await verifier.verify(issuer.token());
  await eventually(() => issuer.streams() === 1);
  await settle();
});
afterEach(async () => {
  verifier.close();
  await issuer.stop();
});

/** Gives what was written time to cross this machine. */
async function settle() {
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const outcome = (token: string) =>
  verifier.verify(token).then(
    () => 'accepted',
    ({ status, code }) => `${status} ${code}`,
  );
const polls = () => issuer.count('/revocations');
const connections = () => issuer.count('/revocations/stream');

describe('the revocation stream', () => {
  it('brings a revocation without any poll', async () => {
    const token = issuer.token({ jti: 'jti-1' });
    expect(await outcome(token)).toBe('accepted');
    const before = polls();
    issuer.publish({ seq: 2, revoked: { [named('token', 'jti-1')]: time.now() } });
    await settle();
    expect(await outcome(token)).toBe('401 invalid_token');
    time.advance(10);
    await settle();
    expect(polls()).toBe(before);
  });

  it('counts comments as a sign of life', async () => {
    for (let passed = 0; passed < 600; passed += 15) {
      time.advance(15);
      issuer.write(': alive\n\n');
      await settle();
    }
    expect(await outcome(issuer.token())).toBe('accepted');
    expect(connections()).toBe(1);
  });

  it('that is silent for 45 seconds is dead: it polls and connects anew', async () => {
    const before = polls();
    time.advance(44);
    await settle();
    expect([connections(), polls() - before]).toEqual([1, 0]);
    time.advance(1);
    await settle();
    time.advance(2);
    await eventually(() => connections() === 2 && polls() > before);
    expect(await outcome(issuer.token())).toBe('accepted');
  });

  it('that breaks is replaced by polling, and tried again with more and more patience', async () => {
    issuer.published.down = true;
    issuer.dropStreams();
    const tried: number[] = [];
    await settle();
    for (let second = 1; second <= 100; second++) {
      const before = connections();
      time.advance(1);
      await settle();
      if (connections() > before) tried.push(second);
    }
    expect(tried.slice(0, 6)).toEqual([1, 3, 7, 15, 31, 61]);
    issuer.published.down = false;
    const token = issuer.token({ jti: 'jti-1' });
    issuer.publish({ seq: 2, revoked: { [named('token', 'jti-1')]: time.now() } });
    time.advance(2);
    await settle();
    expect(await outcome(token)).toBe('401 invalid_token');
    time.advance(30);
    await eventually(() => issuer.streams() === 1);
  });

  it('that plays back an older feed is given up', async () => {
    const old = issuer.published.feed;
    const token = issuer.token({ jti: 'jti-1' });
    issuer.publish({ seq: 2, revoked: { [named('token', 'jti-1')]: time.now() } });
    await settle();
    issuer.write(`event: revocations\ndata: ${old}\n\n`);
    await eventually(() => issuer.streams() === 0);
    expect(await outcome(token)).toBe('401 invalid_token');
  });

  it('ends on close', async () => {
    verifier.close();
    await eventually(() => issuer.streams() === 0);
    expect(time.pending()).toBe(0);
  });
});

describe('server-sent events', () => {
  const read = (chunks: string[]) => {
    const events: string[] = [];
    const parse = createEventParser(({ event, data }) => events.push(`${event}=${data}`), 100);
    for (const chunk of chunks) parse(chunk);
    return events;
  };

  it.each([
    [['event: a\ndata: 1\n\n'], ['a=1']],
    [['event:a\r\ndata:1\r\n\r\n'], ['a=1']],
    [
      ['event: a\rdata: 1\r\r', 'data: 2\r\r', '\n'],
      ['a=1', 'message=2'],
    ],
    [['ev', 'ent: a\nda', 'ta: 1\n', '\n'], ['a=1']],
    [['event: a\r', '\ndata: 1\r', '\n\r', '\n'], ['a=1']],
    [['data: 1\ndata: 2\n\n'], ['message=1\n2']],
    [[': comment\n\nid: 1\nretry: 5\ndata\n\n'], ['message=']],
    [['event: a\n\ndata: 1\n\n'], ['message=1']],
    [['data: unfinished\n'], []],
  ])('%j', (chunks, events) => {
    expect(read(chunks)).toEqual(events);
  });

  it('may not grow without end', () => {
    expect(() => read(Array(20).fill('data: 1234567890\n'))).toThrow('too large');
    expect(() => read(Array(20).fill('1234567890'))).toThrow('too large');
  });
});
