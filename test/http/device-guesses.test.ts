import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { enterCode, startDevice } from '../support/device.ts';
import { aClient } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;

beforeEach(async () => {
  server = await startTestServer({ trustedProxies: 1 });
  app = await aClient(server.database, { type: 'device' });
});
afterEach(async () => {
  releaseTime();
  await server.stop();
});

/** A browser behind the proxy. */
class Visitor extends Person {
  address: string;

  constructor(address: string) {
    super(server.issuer);
    this.address = address;
  }

  override request(url: string, init: Parameters<Person['request']>[1] = {}) {
    return super.request(url, { ...init, headers: { ...init.headers, 'x-forwarded-for': this.address } });
  }
}

const WRONG = 'BCD-FGH-JKL';

/** Guesses once. @returns the status: 400 is wrong, 429 not even looked at */
const guess = async (visitor: Visitor) => (await enterCode(visitor, WRONG)).response.status;

async function guesses(visitor: Visitor, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i += 1) statuses.push(await guess(visitor));
  return statuses;
}

const isConfirm = (page: { text: string }) => page.text.includes('Go on only if you started this');

describe('guessing user codes', () => {
  it('H03: is over for a session after five, even for the right one, until ten minutes have gone by', async () => {
    const visitor = new Visitor('192.0.2.1');
    controlTime();
    expect(await guesses(visitor, 5)).toEqual(Array(5).fill(400));
    const { user_code: right } = await startDevice(server, app);
    const refused = await enterCode(visitor, right);
    expect([refused.response.status, isConfirm(refused)]).toEqual([429, false]);
    expect(Number(refused.response.headers.get('retry-after'))).toBeGreaterThan(500);
    expect(refused.text).toContain('Too many wrong codes. Try again in 10 minutes.');

    visitor.address = '198.51.100.1';
    expect((await enterCode(visitor, right)).response.status).toBe(429);
    travel(601);
    expect(isConfirm(await enterCode(visitor, (await startDevice(server, app)).user_code))).toBe(true);
  });

  it('H03: is over for an address after ten, whatever its cookies', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) statuses.push(await guess(new Visitor('192.0.2.2')));
    expect(statuses).toEqual([...Array(10).fill(400), 429, 429]);
    expect(await guess(new Visitor('192.0.2.3'))).toBe(400);
  });

  it('H03: is over for the whole of an IPv6 network, which its owner has all addresses of', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 11; i += 1) statuses.push(await guess(new Visitor(`2001:db8:1:2:${i}::${i}`)));
    expect(statuses).toEqual([...Array(10).fill(400), 429]);
    expect(await guess(new Visitor('2001:db8:1:3::1'))).toBe(400);
  });

  it('H03: gets no further when all tries are sent at once', async () => {
    const visitors = Array.from({ length: 30 }, () => new Visitor('192.0.2.4'));
    const statuses = await Promise.all(visitors.map(guess));
    expect(statuses.filter((status) => status === 400)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
  });

  it('counts no right code, and no empty one', async () => {
    const visitor = new Visitor('192.0.2.5');
    for (let i = 0; i < 12; i += 1) {
      expect(isConfirm(await enterCode(visitor, (await startDevice(server, app)).user_code))).toBe(true);
      expect((await enterCode(visitor, '')).response.status).toBe(400);
    }
    expect(await guess(visitor)).toBe(400);
  });

  it('is in the audit trail, without the codes, and once when it is too much', async () => {
    await guesses(new Visitor('192.0.2.6'), 6 + 20);
    const { db } = server.database;
    const rows = await db.selectFrom('audit_events').selectAll().where('type', '=', 'user_code.refused').execute();
    expect(rows.map(({ detail, ip }) => [detail, ip])).toEqual([
      ...Array(5).fill([{ reason: 'unknown' }, '192.0.2.6']),
      [{ reason: 'throttled' }, '192.0.2.6'],
    ]);
  });
});
