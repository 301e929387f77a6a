import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi } from '../support/factories.ts';
import { freePort } from '../support/postgres.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';
import { type Program, start } from './program.ts';

let server: TestServer;
let program: Program;
let address: string;
let app: Awaited<ReturnType<typeof aClient>>;
let audience: string;
let other: string;

beforeAll(async () => {
  server = await startTestServer();
  const scopes = ['reports:read', 'reports:write'];
  audience = (await anApi(server.database)).identifier;
  other = (await anApi(server.database)).identifier;
  app = await aClient(server.database, {
    type: 'machine',
    subscriptions: [audience, other].map((api) => ({ api, scopes })),
  });
  const port = String(await freePort());
  program = start('examples/resource-server.ts', { ISSUER: server.issuer, AUDIENCE: audience, PORT: port });
  address = (await program.says(/listens on (http:\S+)/))[1] ?? '';
});
afterAll(async () => {
  await program.stop();
  await server.stop();
});

async function call(token: string | undefined, init: RequestInit = {}) {
  const response = await fetch(address, { ...init, headers: token ? { authorization: `Bearer ${token}` } : {} });
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body: (await response.json()) as Record<string, unknown>,
  };
}

const aToken = async (form: Record<string, string>) => (await requestToken(server, app, form)).body.access_token;

describe('the example of a resource server', () => {
  it('answers a token with the scope', async () => {
    const { status, body } = await call(await aToken({ resource: audience, scope: 'reports:read' }));

    expect(status).toBe(200);
    expect(body).toMatchObject({ askedBy: { sub: app.clientId, app: app.clientId } });
  });

  it('asks for a token, without an error code, when there is none (RFC 6750 §3.1)', async () => {
    const { status, challenge } = await call(undefined);

    expect(status).toBe(401);
    expect(challenge).toBe(`Bearer realm="${audience}"`);
  });

  it('refuses a token that is not one, and one for another API', async () => {
    for (const token of ['nonsense', await aToken({ resource: other })]) {
      const { status, challenge } = await call(token);

      expect(status).toBe(401);
      expect(challenge).toContain('error="invalid_token"');
    }
  });

  it('names the scope that is missing', async () => {
    const { status, challenge } = await call(await aToken({ resource: audience, scope: 'reports:read' }), {
      method: 'POST',
    });

    expect(status).toBe(403);
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="reports:write"');
  });

  it('says 503, not 401, while the keys cannot be fetched', async () => {
    const port = String(await freePort());
    const cutOff = start('examples/resource-server.ts', {
      ISSUER: `http://localhost:${await freePort()}`,
      AUDIENCE: audience,
      PORT: port,
    });
    try {
      await cutOff.says(/listens on/);
      const response = await fetch(`http://localhost:${port}/reports`, {
        headers: { authorization: `Bearer ${await aToken({ resource: audience })}` },
      });
      expect(response.status).toBe(503);
    } finally {
      await cutOff.stop();
    }
  });
});
