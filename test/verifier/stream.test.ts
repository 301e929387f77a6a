import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEventParser } from '../../src/verifier/feed/event-stream.ts';
import { createVerifier, type Verifier } from '../../src/verifier/index.ts';
import { createTestClock, eventually, type TestClock } from './clock.ts';
import { aProcess } from './epoch-processes.ts';
import { AUDIENCE, named, startIssuer, type TestIssuer } from './issuer.ts';

let time: TestClock;
let issuer: TestIssuer;
let verifier: Verifier;
let line: ReturnType<typeof createTappedFetch>;

beforeEach(async () => {
  time = createTestClock();
  issuer = await startIssuer(time.now);
  line = createTappedFetch();
  const { clock, schedule } = time;
  const base = { issuer: issuer.issuer, audience: AUDIENCE, clock, schedule, fetch: line.fetch };
  verifier = createVerifier({ ...base, revocations: 'stream' });
  await verifier.verify(issuer.token());
  await arrived(1);
});
afterEach(async () => {
  verifier.close();
  await issuer.stop();
});

/** A fetch that tells how far the verifier is: requests without an answer yet, and pieces of streams that came through. */
function createTappedFetch() {
  const state = { open: 0, pieces: 0, connections: 0 };
  const tap = () =>
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        state.pieces++;
        controller.enqueue(chunk);
      },
    });
  return {
    state,
    async fetch(url: string, init: RequestInit): Promise<Response> {
      const isStream = url.endsWith('/stream');
      state.open++;
      if (isStream) state.connections++;
      try {
        const response = await fetch(url, init);
        return isStream && response.body ? new Response(response.body.pipeThrough(tap()), response) : response;
      } finally {
        state.open--;
      }
    },
  };
}

/** What is left to do in this process, once nothing is on its way to it. */
async function settle() {
  await eventually(() => line.state.open === 0);
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function arrived(pieces: number) {
  await eventually(() => line.state.pieces >= pieces);
  await settle();
}

/** Sends something down the line and waits until it is there. */
async function deliver(send: () => void) {
  const before = line.state.pieces;
  send();
  await arrived(before + 1);
}

const revoke = (jti: string) =>
  deliver(() => issuer.publish({ seq: 2, revoked: { [named('token', jti)]: time.now() } }));

const outcome = (token: string) =>
  verifier.verify(token).then(
    () => 'accepted',
    ({ status, code }) => `${status} ${code}`,
  );
const polls = () => issuer.count('/revocations');

describe('the revocation stream', () => {
  it('brings a revocation without any poll', async () => {
    const token = issuer.token({ jti: 'jti-1' });
    expect(await outcome(token)).toBe('accepted');
    const before = polls();
    await revoke('jti-1');
    await eventually(async () => (await outcome(token)) === '401 invalid_token');
    time.advance(10);
    await settle();
    expect(polls()).toBe(before);
  });

  it('counts comments as a sign of life', async () => {
    for (let passed = 0; passed < 600; passed += 15) {
      time.advance(15);
      await deliver(() => issuer.write(': alive\n\n'));
    }
    const before = polls();
    expect(await outcome(issuer.token())).toBe('accepted');
    expect([line.state.connections, polls()]).toEqual([1, before]);
  });

  it('that is silent for 45 seconds is dead: it polls and connects anew', async () => {
    const before = polls();
    time.advance(44);
    await settle();
    expect([line.state.connections, polls() - before]).toEqual([1, 0]);
    time.advance(1);
    await settle();
    time.advance(2);
    await eventually(() => line.state.connections === 2 && polls() > before);
    expect(await outcome(issuer.token())).toBe('accepted');
  });

  it('that breaks is replaced by polling, and tried again with more and more patience', async () => {
    issuer.published.down = true;
    issuer.dropStreams();
    await eventually(() => issuer.streams() === 0);
    await eventually(() => time.due().includes(1));
    const tried: number[] = [];
    for (let second = 1; second <= 100; second++) {
      const before = line.state.connections;
      time.advance(1);
      await settle();
      if (line.state.connections > before) tried.push(second);
    }
    expect(tried).toEqual([1, 3, 7, 15, 31, 61, 91]);
    issuer.published.down = false;
    const token = issuer.token({ jti: 'jti-1' });
    issuer.publish({ seq: 2, revoked: { [named('token', 'jti-1')]: time.now() } });
    time.advance(2);
    await eventually(async () => (await outcome(token)) === '401 invalid_token');
    time.advance(30);
    await eventually(() => issuer.streams() === 1);
  });

  it('that plays back an older feed is given up', async () => {
    const old = issuer.published.feed;
    const token = issuer.token({ jti: 'jti-1' });
    await revoke('jti-1');
    issuer.write(`event: revocations\ndata: ${old}\n\n`);
    await eventually(() => issuer.streams() === 0);
    expect(await outcome(token)).toBe('401 invalid_token');
  });

  it('of epochs brings an ending without any poll, and the segment that changed', async () => {
    const process = aProcess([], { bits: 1 });
    issuer.epochs.processes.push(process);
    const streaming = createVerifier({
      issuer: issuer.issuer,
      audience: AUDIENCE,
      clock: time.clock,
      schedule: time.schedule,
      revocations: 'stream',
    });
    const outcomeOf = (ep: number[]) =>
      streaming.verify(issuer.token({ ep })).then(
        () => 'accepted',
        ({ code }) => code,
      );
    expect(await outcomeOf([7])).toBe('accepted');
    await eventually(() => issuer.epochs.streams.size === 1);
    const before = issuer.count('/epochs');
    process.epochs.set(named('client', 'app-1'), 1);
    issuer.epochs.tell(process);
    await eventually(async () => (await outcomeOf([7])) === 'invalid_token');
    expect([await outcomeOf([7, 1]), issuer.count('/epochs') - before]).toEqual(['accepted', 0]);
    streaming.close();
    await eventually(() => issuer.epochs.streams.size === 0);
  });

  it('ends on close', async () => {
    verifier.close();
    await eventually(() => issuer.streams() === 0);
    expect(time.due()).toEqual([]);
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
