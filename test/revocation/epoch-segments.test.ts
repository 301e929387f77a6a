import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { createEpochPublisher, type EpochPublisher } from '../../src/revocation/feed/epoch-publisher.ts';
import { fingerprintOf, indexOf } from '../../src/verifier/epochs/segments.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { named } from '../verifier/issuer.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const end = (first: number, last: number) =>
  sql`insert into epochs (kind, value, epoch)
    select 'consent', 'person-' || i || ' app', 1 from generate_series(${first}::int, ${last}::int) as i`.execute(
    server.database.db,
  );
const payloadOf = (body: Buffer | undefined) =>
  JSON.parse(Buffer.from(String(body).split('.')[1] ?? '', 'base64url').toString());

describe('a process that has not heard of an ending', () => {
  it('reads the database when it is asked for a version of a segment that it does not know, and not again and again', async () => {
    const { db } = server.database;
    let now = Date.now();
    const { keyring } = server.app;
    // Nobody tells it anything.
    const deaf: EpochPublisher = createEpochPublisher({
      db,
      keyring: () => keyring,
      issuer: server.issuer,
      clock: () => new Date(now),
    });
    await end(1, 3000);
    const { bits, segments } = payloadOf((await deaf.current()).body);
    expect(bits).toBe(1);
    await end(3001, 3001);
    now += 5000;
    const name = named('consent', 'person-3001 app');
    const index = indexOf(name, 1);
    const ask = async (of: string | undefined) => payloadOf((await deaf.segment(1, index, of))?.body).epochs;
    expect(await ask(undefined)).not.toHaveProperty(name);
    expect(await ask(segments[index])).not.toHaveProperty(name);
    expect(await ask('of-another-process')).toHaveProperty(name);
    await end(3002, 3002);
    await end(3003, 3003);
    const all = async () => [...Object.keys(await ask('of-yet-another'))].length;
    const before = await all();
    expect(await all()).toBe(before);
    now += 300;
    const list = payloadOf((await deaf.current()).body);
    expect(fingerprintOf(new Map(Object.entries(await ask(undefined))))).toBe(list.segments[index]);
  });

  it('reads it after ten seconds all the same', async () => {
    const { db } = server.database;
    let now = Date.now();
    const { keyring } = server.app;
    const deaf = createEpochPublisher({
      db,
      keyring: () => keyring,
      issuer: server.issuer,
      clock: () => new Date(now),
    });
    const before = (await deaf.current()).etag;
    await end(4001, 4001);
    now += 9900;
    expect((await deaf.current()).etag).toBe(before);
    now += 100;
    expect((await deaf.current()).etag).not.toBe(before);
  });
});
