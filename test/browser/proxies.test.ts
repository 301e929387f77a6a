import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { caddySite, caddySiteBelow, nginxBlock, nginxBlockBelow } from '../support/documented-proxies.ts';
import { aClient } from '../support/factories.ts';
import { freePort } from '../support/postgres.ts';
import { certificate, type ReverseProxy, startCaddy, startNginx } from '../support/proxies.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';
import { basic } from '../support/tokens.ts';

describe('behind a proxy as docs/deploy.md has it', () => {
  let storage: TestDatabase;
  let server: ServerProcess | undefined;
  let proxy: ReverseProxy | undefined;
  beforeEach(async () => {
    storage = await createTestDatabase();
  });
  afterEach(async () => {
    await proxy?.stop();
    await server?.stop();
    [proxy, server] = [undefined, undefined];
    await storage.drop();
  });

  const proxies = [
    ['nginx', nginxBlock, startNginx],
    ['Caddy', caddySite, startCaddy],
  ] as const;
  // How a machine's list of hosts may be sorted: Debian's, Ubuntu's and macOS's has ::1 first.
  for (const order of ['ipv4first', 'ipv6first']) {
    it.each(proxies)(
      `%s reaches a server on localhost, ${order}, which knows who asks`,
      async (_name, block, start) => {
        const [port, target] = [await freePort(), await freePort()];
        server = await startProcess({
          DATABASE_URL: storage.url ?? '',
          PORT: String(target),
          ISSUER: `https://localhost:${port}`,
          TRUSTED_PROXIES: '1',
          NODE_OPTIONS: `--dns-result-order=${order}`,
        });
        proxy = await start(block(port, target), port);
        const found = await ask(port, '/.well-known/openid-configuration');
        expect([found.status, JSON.parse(found.text).issuer]).toEqual([200, `https://localhost:${port}`]);

        const app = await aClient(storage.database, { type: 'machine' });
        const refused = await ask(port, '/token', {
          authorization: basic({ clientId: app.clientId, clientSecret: 'wrong' }),
          'x-forwarded-for': '203.0.113.9',
        });
        expect([refused.status, JSON.parse(refused.text).error]).toEqual([401, 'invalid_client']);
        const events = await storage.database.db
          .selectFrom('audit_events')
          .select('ip')
          .where('type', '=', 'client.authentication_failed')
          .execute();
        expect(events).toEqual([{ ip: '127.0.0.1' }]);
      },
    );
  }

  it.each([
    ['nginx', nginxBlockBelow, startNginx],
    ['Caddy', caddySiteBelow, startCaddy],
  ] as const)(
    '%s passes on what is below a path, with both places of its metadata, and nothing else',
    async (_name, block, start) => {
      const [port, target] = [await freePort(), await freePort()];
      const issuer = `https://localhost:${port}/auth`;
      server = await startProcess({
        DATABASE_URL: storage.url ?? '',
        PORT: String(target),
        ISSUER: issuer,
        TRUSTED_PROXIES: '1',
      });
      proxy = await start(block(port, target), port);
      for (const path of [
        '/auth/.well-known/openid-configuration',
        '/auth/.well-known/oauth-authorization-server',
        '/.well-known/openid-configuration/auth',
        '/.well-known/oauth-authorization-server/auth',
      ]) {
        const found = await ask(port, path);
        expect([path, found.status, JSON.parse(found.text).issuer]).toEqual([path, 200, issuer]);
      }
      for (const path of ['/auth', '/auth/']) expect((await ask(port, path)).text).toContain('href="/auth/sign-in"');
      for (const path of [
        '/',
        '/token',
        '/authx',
        '/auth-other/jwks',
        '/.well-known/openid-configuration',
        '/healthz',
      ]) {
        const answer = await ask(port, path);
        // From the proxy: ours has an id of the request.
        expect([path, answer.status, answer.text.includes('request_id')]).toEqual([path, 404, false]);
      }
      const app = await aClient(storage.database, { type: 'machine' });
      const refused = await ask(port, '/auth/token', {
        authorization: basic({ clientId: app.clientId, clientSecret: 'wrong' }),
      });
      expect([refused.status, JSON.parse(refused.text).error]).toEqual([401, 'invalid_client']);
    },
  );
});

/** GET; with headers, a POST of client credentials. */
async function ask(port: number, path: string, headers?: Record<string, string>) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const outgoing = request(
    {
      host: '127.0.0.1',
      servername: 'localhost',
      port,
      path,
      ca: readFileSync(certificate),
      method: headers ? 'POST' : 'GET',
      headers: {
        host: `localhost:${port}`,
        ...headers,
        ...(headers ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
    },
    (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    },
  );
  outgoing.on('error', reject).end(headers ? 'grant_type=client_credentials' : undefined);
  return promise;
}
