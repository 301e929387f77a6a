import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { disableClient } from '../../src/clients/lifecycle.ts';
import { createVerifier } from '../../src/verifier/index.ts';
import { readEpochs } from '../support/epochs.ts';
import { aClient, anApi } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  // As a server would have written them: people's consents, which have ended once.
  await sql`
    insert into epochs (kind, value, epoch)
    select 'consent', 'person-' || i || ' app', 1 from generate_series(1, 170000) as i`.execute(server.database.db);
});
afterAll(() => server.stop());

const read = (path?: string) => readEpochs(server, path);

const printOf = (epochs: Record<string, number>) =>
  createHash('sha256')
    .update(
      Object.entries(epochs)
        .map(([name, epoch]) => `${name}:${epoch}`)
        .sort()
        .join('\n'),
    )
    .digest()
    .subarray(0, 16)
    .toString('base64url');

describe('170,000 endings', () => {
  it('are in 128 segments below 64 kB, each with its fingerprint in the list', async () => {
    const list = await read();
    expect([list.bits, list.segments?.length, list.epochs]).toEqual([7, 128, undefined]);
    expect(list.length).toBeLessThan(6000);
    const { inc, epochs = {}, bits, index, length } = await read(`/epochs/7/100?of=${list.segments?.[100]}`);
    expect({ inc, bits, index }).toEqual({ inc: list.inc, bits: 7, index: 100 });
    expect(length).toBeLessThan(65_536);
    expect(printOf(epochs)).toBe(list.segments?.[100]);
    for (const name of Object.keys(epochs)) expect((Buffer.from(name, 'base64url')[0] ?? 0) >> 1).toBe(100);
  });

  it('can be read in half and in twice as many segments, for those whom another process told so', async () => {
    const [whole, ...halves] = await Promise.all(
      ['/epochs/7/3', '/epochs/8/6', '/epochs/8/7'].map((path) => read(path)),
    );
    expect({ ...halves[0]?.epochs, ...halves[1]?.epochs }).toEqual(whole?.epochs);
    const double = await read('/epochs/6/1');
    expect(double.epochs).toEqual({ ...(await read('/epochs/7/2')).epochs, ...whole?.epochs });
  });

  it.each([
    '/epochs/5/1',
    '/epochs/9/1',
    '/epochs/13/1',
    '/epochs/7/128',
    '/epochs/7/-1',
    '/epochs/7/x',
    '/epochs/07/1',
    '/epochs/7',
  ])('have no segment %s', async (path) => {
    const response = await fetch(server.issuer + path, { headers: { accept: 'application/json' } });
    expect(response.status).toBe(404);
  });

  it('reach a fresh verifier, and one more ending costs it one segment', async () => {
    const requests: string[] = [];
    let bytes = 0;
    const counted = async (url: string, init: RequestInit) => {
      const response = await fetch(url, init);
      const body = await response.arrayBuffer();
      if (url.includes('/epochs')) requests.push(new URL(url).pathname);
      if (url.includes('/epochs')) bytes += body.byteLength;
      return new Response(response.status === 304 ? null : body, response);
    };
    const verifier = createVerifier({
      issuer: server.issuer,
      audience: api.identifier,
      fetch: counted,
      pollSeconds: 0.05,
    });
    const app = await aClient(server.database, {
      type: 'machine',
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });
    const token = (await requestToken(server, app, { resource: api.identifier })).body.access_token;
    await verifier.verify(token);
    expect(requests.filter((path) => path.startsWith('/epochs/7/')).length).toBe(128);
    expect(bytes).toBeLessThan(8_000_000);
    bytes = 0;
    requests.length = 0;
    await disableClient(server.database.db, { clientId: app.clientId, reason: 'test' }, by());
    await until('the token is refused', () =>
      verifier.verify(token).then(
        () => false,
        () => true,
      ),
    );
    expect(requests.filter((path) => path.startsWith('/epochs/7/')).length).toBe(1);
    expect(bytes).toBeLessThan(65_536);
    verifier.close();
  });
});
