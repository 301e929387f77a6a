import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, poll, startDevice } from '../support/device.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
let app: Awaited<ReturnType<typeof aClient>>;
let device: Awaited<ReturnType<typeof startDevice>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
  app = await aClient(server.database, { type: 'device' });
});
afterAll(() => server.stop());

beforeEach(async () => {
  controlTime();
  device = await startDevice(server, app);
});
afterEach(releaseTime);

/** Waits and polls. @returns the error */
async function pollAfter(seconds: number): Promise<string | undefined> {
  travel(seconds);
  const { status, headers, body } = await poll(server, app, device);
  if (body.error) expect([status, headers.get('cache-control')]).toEqual([400, 'no-store']);
  return body.error;
}

describe('a device that polls', () => {
  it('H02: hears authorization_pending at once, and then every five seconds', async () => {
    for (const wait of [0, 5, 5, 6, 600 - 20]) expect(await pollAfter(wait)).toBe('authorization_pending');
  });

  it('H02: is told to slow down, by five seconds more each time that it does not wait', async () => {
    expect(await pollAfter(0)).toBe('authorization_pending');
    expect(await pollAfter(2)).toBe('slow_down');
    expect(await pollAfter(9)).toBe('slow_down');
    expect(await pollAfter(14)).toBe('slow_down');
    expect(await pollAfter(20)).toBe('authorization_pending');
    expect(await pollAfter(19)).toBe('slow_down');
    expect(await pollAfter(25)).toBe('authorization_pending');
  });

  it('H02: is not slowed down for being half a second early, which its last request may have lost on the way', async () => {
    expect(await pollAfter(0)).toBe('authorization_pending');
    expect(await pollAfter(4.6)).toBe('authorization_pending');
    expect(await pollAfter(4.4)).toBe('slow_down');
  });

  it('H02: gets its tokens as soon as its person has agreed, however early it asks', async () => {
    expect(await pollAfter(0)).toBe('authorization_pending');
    expect(await pollAfter(1)).toBe('slow_down');
    await connect(new Person(server.issuer), device.user_code, ada);
    expect(await pollAfter(1)).toBeUndefined();
  });

  it('H02: slows down nobody but itself', async () => {
    const other = await startDevice(server, app);
    expect(await pollAfter(0)).toBe('authorization_pending');
    expect(await pollAfter(0)).toBe('slow_down');
    expect((await poll(server, app, other)).body.error).toBe('authorization_pending');
  });

  it('H02: hears expired_token after its time, for ten minutes, also when everything expired is cleaned up', async () => {
    expect(await pollAfter(601)).toBe('expired_token');
    await server.app.jobs.cleanUp();
    expect(await pollAfter(5)).toBe('expired_token');
    travel(600);
    await server.app.jobs.cleanUp();
    expect(await pollAfter(0)).toBe('invalid_grant');
  });

  it('H02: hears expired_token also when its person agreed and it came too late', async () => {
    await connect(new Person(server.issuer), device.user_code, ada);
    expect(await pollAfter(601)).toBe('expired_token');
  });

  it('H02: is in time with one of many polls at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => poll(server, app, device)));
    expect(answers.map(({ body }) => body.error).sort()).toEqual([
      'authorization_pending',
      ...Array(5).fill('slow_down'),
    ]);
    expect(await pollAfter(5 + 5 * 5 - 1)).toBe('slow_down');
  });
});
