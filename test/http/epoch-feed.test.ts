import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { announce } from '../../src/db/changes.ts';
import { REVOCATIONS_TOPIC } from '../../src/revocation/revoke.ts';
import { createVerifier, type Verifier } from '../../src/verifier/index.ts';
import { readEpochs } from '../support/epochs.ts';
import { aClient, anApi } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post, requestToken } from '../support/tokens.ts';
import { named } from '../verifier/issuer.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
});
afterAll(() => server.stop());

const anApp = () =>
  aClient(server.database, { type: 'machine', subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }] });
const tokenOf = async (app: Awaited<ReturnType<typeof anApp>>) =>
  (await requestToken(server, app, { resource: api.identifier })).body.access_token;

const read = (path?: string) => readEpochs(server, path);

/** From one server process, under the name of the issuer. */
function ask(
  port: number,
  path: string,
  answered: (answer: IncomingMessage) => void,
  headers: IncomingHttpHeaders = {},
) {
  const { host } = new URL(server.issuer);
  return send({ port, host: 'localhost', path, headers: { ...headers, host } }, answered).end();
}

const textFrom = (port: number, path: string) =>
  new Promise<string>((resolve, reject) => {
    const gather = (answer: IncomingMessage) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text));
    };
    ask(port, path, gather).once('error', reject);
  });

/** As a server would have written them: people's consents, which have ended once. */
async function endConsents(first: number, last: number) {
  await sql`
    insert into epochs (kind, value, epoch)
    select 'consent', 'person-' || i || ' app', 1 from generate_series(${first}::int, ${last}::int) as i`.execute(
    server.database.db,
  );
  await announce(server.database.db, REVOCATIONS_TOPIC);
}

const clear = async () => {
  await sql`delete from epochs where kind = 'consent'`.execute(server.database.db);
};

describe('GET /epochs', () => {
  it('lists what has ended, without any time: epochs by name, and what is dead whatever a token says', async () => {
    const app = await anApp();
    const token = await tokenOf(app);
    const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect((await post(server, '/token/revocation', { token }, app)).status).toBe(200);
    for (const time of [1, 2]) {
      await disableClient(server.database.db, { clientId: app.clientId, reason: `test ${time}` }, by());
      await enableClient(server.database.db, app.clientId, by());
    }
    const { epochs, bits, inc, iat, since, response } = await read();
    expect(epochs).toMatchObject({ [named('client', app.clientId)]: 2, [named('token', jti)]: -1 });
    expect(bits).toBe(0);
    const settings = await sql<{ number: number }>`
      select (value ->> 'number')::float8 as number from settings where key = 'incarnation'`.execute(
      server.database.db,
    );
    expect(inc).toBe(settings.rows[0]?.number);
    expect(since).toBeLessThanOrEqual(iat);
    expect(response.headers.get('content-type')).toBe('application/epochs+jwt');
    expect(response.headers.get('cache-control')).toBe('public, max-age=2');
  });

  it('answers 304 while nothing changes', async () => {
    const { response } = await read();
    const etag = response.headers.get('etag') ?? '';
    const headers = { 'if-none-match': etag };
    expect((await fetch(`${server.issuer}/epochs`, { headers })).status).toBe(304);
    await endConsents(1, 1);
    expect((await fetch(`${server.issuer}/epochs`, { headers })).status).toBe(200);
    await clear();
  });

  it('is named in the metadata, beside the feed of revocations', async () => {
    const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({
      epochs_uri: `${server.issuer}/epochs`,
      revocations_uri: `${server.issuer}/revocations`,
    });
  });

  it('leaves out what was forgotten, a while later', async () => {
    await endConsents(7, 8);
    const { db } = server.database;
    const forget = (value: string, minutes: number) =>
      sql`update epochs set forget_at = now() - make_interval(mins => ${minutes}) where value = ${value}`.execute(db);
    await forget('person-7 app', 11);
    await forget('person-8 app', -1);
    await announce(db, REVOCATIONS_TOPIC);
    const other = await startTestServer({ beside: server, issuer: server.issuer });
    try {
      const text = await textFrom(other.port, '/epochs');
      const { epochs } = JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
      expect(epochs).toMatchObject({ [named('consent', 'person-8 app')]: 1 });
      expect(epochs).not.toHaveProperty(named('consent', 'person-7 app'));
    } finally {
      await other.stop();
    }
    await clear();
  });

  it('does not change when an epoch is locked, or cleaned up behind', async () => {
    await endConsents(9, 9);
    const before = (await read()).response.headers.get('etag');
    const { db } = server.database;
    const changed = () =>
      sql<{ changed: string }>`select changed_in::text as changed from epochs where value = 'person-9 app'`.execute(db);
    const [{ changed: first } = { changed: '' }] = (await changed()).rows;
    await sql`update epochs set cleaned = epoch where value = 'person-9 app'`.execute(db);
    await sql`update epochs set epoch = epoch where value = 'person-9 app'`.execute(db);
    expect((await changed()).rows).toEqual([{ changed: first }]);
    await announce(db, REVOCATIONS_TOPIC);
    expect((await read()).response.headers.get('etag')).toBe(before);
    await clear();
  });
});

describe('a transaction that drew the lower number, and commits after the higher one was heard', () => {
  it('is not missed', async () => {
    const { db } = server.database;
    if (server.databaseUrl === undefined) return;
    await read();
    const held = await db.startTransaction().execute();
    await sql`insert into epochs (kind, value, epoch) values ('consent', 'late app', 1)`.execute(held);
    await sql`insert into revocations (kind, value, reason, issued_before, forget_at)
      values ('token', 'late', 'test', now(), now() + interval '5 minutes')`.execute(held);
    await endConsents(20, 20);
    const between = (await read()).epochs ?? {};
    expect(between).toMatchObject({ [named('consent', 'person-20 app')]: 1 });
    expect(between).not.toHaveProperty(named('consent', 'late app'));
    await held.commit().execute();
    await announce(db, REVOCATIONS_TOPIC);
    expect((await read()).epochs).toMatchObject({ [named('consent', 'late app')]: 1, [named('token', 'late')]: -1 });
    await clear();
  });
});

describe('GET /epochs/stream', () => {
  it('sends the list at once, and after each ending', async () => {
    const abort = new AbortController();
    const { body, headers } = await fetch(`${server.issuer}/epochs/stream`, { signal: abort.signal });
    expect(headers.get('content-type')).toContain('text/event-stream');
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let text = '';
    const epochsOf = () =>
      text
        .split('\n\n')
        .slice(0, -1)
        .filter((event) => event.startsWith('event: epochs\ndata: '))
        .map((event) => JSON.parse(Buffer.from(event.split('.')[1] ?? '', 'base64url').toString()).epochs);
    const name = named('consent', 'person-77 app');
    const readUntil = async (isThere: () => boolean) => {
      while (!isThere()) text += decoder.decode((await reader.read()).value, { stream: true });
    };
    await readUntil(() => epochsOf().length > 0);
    expect(epochsOf()[0]).not.toHaveProperty(name);
    await endConsents(77, 77);
    await readUntil(() => epochsOf().some((epochs) => epochs[name] === 1));
    abort.abort();
    await clear();
  });
});

describe('another incarnation of the database', () => {
  it('ends every token that bears the one before', async () => {
    const verifier = createVerifier({ issuer: server.issuer, audience: api.identifier, pollSeconds: 0.05 });
    const token = await tokenOf(await anApp());
    const before = await read();
    await verifier.verify(token);
    const { db } = server.database;
    await sql`
      update settings set value = jsonb_build_object('number', 4242, 'since', ${before.since + 1}::int8)
      where key = 'incarnation'`.execute(db);
    await announce(db, REVOCATIONS_TOPIC);
    const after = await read();
    expect([after.inc, after.since]).toEqual([4242, before.since + 1]);
    await until('the token is refused', () =>
      verifier.verify(token).then(
        () => false,
        () => true,
      ),
    );
    verifier.close();
  });
});

describe('two servers behind one address', () => {
  let balancer: Server;
  let other: TestServer;
  let verifier: Verifier | undefined;
  const turns = { at: 0, ports: [] as number[] };

  beforeAll(async () => {
    balancer = createServer((incoming, outgoing) => {
      const port = turns.ports[turns.at++ % turns.ports.length];
      const passOn = (answer: IncomingMessage) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      };
      ask(port ?? 0, incoming.url ?? '', passOn, incoming.headers);
    });
    await new Promise<void>((resolve) => balancer.listen(0, 'localhost', resolve));
    other = await startTestServer({ beside: server, issuer: server.issuer });
    turns.ports = [server.port, other.port];
  });
  afterEach(() => verifier?.close());
  afterAll(async () => {
    balancer.closeAllConnections();
    await new Promise((resolve) => balancer.close(resolve));
    await other.stop();
  });

  it('end a token for good, whichever of them has heard of it first', async () => {
    await endConsents(1, 5000);
    const { port } = balancer.address() as AddressInfo;
    verifier = createVerifier({
      issuer: server.issuer,
      serverUrl: `http://localhost:${port}`,
      audience: api.identifier,
      pollSeconds: 0.02,
    });
    const accepted = (token: string) =>
      verifier?.verify(token).then(
        () => true,
        () => false,
      );
    for (let round = 0; round < 5; round++) {
      const app = await anApp();
      const [token, untouched] = [await tokenOf(app), await tokenOf(await anApp())];
      expect([await accepted(token), await accepted(untouched)]).toEqual([true, true]);
      await disableClient((round % 2 ? server : other).database.db, { clientId: app.clientId, reason: 'test' }, by());
      await until('the token is refused', async () => (await accepted(token)) === false);
      for (let look = 0; look < 200; look++) {
        expect(await accepted(token)).toBe(false);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await accepted(untouched)).toBe(true);
    }
    await clear();
  });
});
