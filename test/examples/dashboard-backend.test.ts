import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callApi, createTokenSource } from '../../examples/dashboard-backend.ts';
import { aClient, anApi } from '../support/factories.ts';
import { freePort } from '../support/postgres.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { start } from './program.ts';

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;
let resource: string;

beforeAll(async () => {
  server = await startTestServer();
  resource = (await anApi(server.database)).identifier;
  app = await aClient(server.database, {
    type: 'machine',
    subscriptions: [{ api: resource, scopes: ['reports:read'] }],
  });
});
afterAll(() => server.stop());

const options = () => ({
  tokenEndpoint: `${server.issuer}/token`,
  clientId: app.clientId,
  clientSecret: app.clientSecret,
  resource,
  scope: 'reports:read',
});

/** How many tokens the server has given out. */
const issued = () => server.logged.filter((line) => line.includes('"path":"/token"')).length;

describe('the token source of the dashboard backend', () => {
  it('makes one request, however many ask at once, and keeps the token', async () => {
    const before = issued();
    const tokens = createTokenSource(options());

    const values = await Promise.all([tokens.get(), tokens.get(), tokens.get()]);
    values.push(await tokens.get());

    expect(new Set(values).size).toBe(1);
    expect(issued() - before).toBe(1);
  });

  it('renews ahead of the end, while the old token still serves', async () => {
    let time = Date.now();
    const tokens = createTokenSource({ ...options(), now: () => time });
    const first = await tokens.get();

    time += 241_000;
    expect(await tokens.get()).toBe(first);
    let next = first;
    while (next === first) {
      await new Promise((resolve) => setImmediate(resolve));
      next = await tokens.get();
    }
    expect(next).not.toBe(first);
  });

  it('waits for a new token once the old one has ended', async () => {
    let time = Date.now();
    const tokens = createTokenSource({ ...options(), now: () => time });
    const first = await tokens.get();

    time += 296_000;
    expect(await tokens.get()).not.toBe(first);
  });

  it('says why there is no token', async () => {
    const tokens = createTokenSource({ ...options(), clientSecret: 'wrong' });

    await expect(tokens.get()).rejects.toThrow(/the token endpoint answered 401: /);
  });

  it('gets a new token when an API refuses the old one, and gives up after that', async () => {
    const seen: string[] = [];
    const api: Server = createServer((request, response) => {
      seen.push(request.headers.authorization ?? '');
      response.writeHead(401).end();
    });
    await new Promise<void>((resolve) => api.listen(0, 'localhost', resolve));
    const { port } = api.address() as AddressInfo;

    const response = await callApi(createTokenSource(options()), `http://localhost:${port}/`);

    expect(response.status).toBe(401);
    expect(new Set(seen).size).toBe(2);
    api.closeAllConnections();
    await new Promise((resolve) => api.close(resolve));
  });
});

describe('the dashboard backend as a program', () => {
  it('reads reports from the resource server', async () => {
    const port = String(await freePort());
    const api = start('examples/resource-server.ts', { ISSUER: server.issuer, AUDIENCE: resource, PORT: port });
    await api.says(/listens on/);
    const before = issued();
    const backend = start('examples/dashboard-backend.ts', {
      ISSUER: server.issuer,
      CLIENT_ID: app.clientId,
      CLIENT_SECRET: app.clientSecret,
      AUDIENCE: resource,
      API_URL: `http://localhost:${port}/reports`,
      EVERY_SECONDS: '0.05',
    });
    try {
      await backend.says(/(.* 200 .*Open orders[\s\S]*){3}/);
      expect(issued() - before).toBe(1);
    } finally {
      await backend.stop();
      await api.stop();
    }
  });

  it('ends with one clear line without credentials', async () => {
    const backend = start('examples/dashboard-backend.ts', { DATA_DIR: '/nonexistent' });
    await backend.says(/CLIENT_ID is not set, and there is no data\/demo.json .*\n/);
    await backend.stop();
    expect(backend.output().trim().split('\n')).toHaveLength(1);
  });
});
