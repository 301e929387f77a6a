import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/db/connection.ts';
import { ASSERTION_TYPE, type AssertionKey, anAssertionKey, assertionOf } from '../support/assertions.ts';
import { createTestDatabase } from '../support/database.ts';
import { aClient } from '../support/factories.ts';
import { startTestServer } from '../support/server.ts';
import { startProcess } from '../support/server-process.ts';
import { post } from '../support/tokens.ts';

const pathOf = (name: string) => fileURLToPath(new URL(`../support/localhost/${name}.pem`, import.meta.url));
const certificate = readFileSync(pathOf('certificate'), 'utf8');

/** Something inside of the network that publishes a key set over https, to whoever gets as far as to ask. */
const asked: string[] = [];
let key: AssertionKey;
const inside = createServer({ cert: certificate, key: readFileSync(pathOf('key')) }, (request, response) => {
  asked.push(request.url ?? '');
  response.setHeader('content-type', 'application/json').end(JSON.stringify(key.jwks));
});
let port: number;
beforeAll(async () => {
  key = await anAssertionKey();
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  port = (inside.address() as AddressInfo).port;
});
afterAll(() => {
  inside.close();
});
beforeEach(() => {
  asked.length = 0;
});

const HOSTS = ['localhost', '127.0.0.1', '2130706433', '0x7f.1'];

async function tryToAuthenticate(server: { issuer: string }, database: Database, host: string) {
  const jwksUri = `https://${host}:${port}/keys-of-${host}`;
  const published = 'https://keys.example.com/jwks.json';
  const app = await aClient(database, { type: 'machine', authMethod: 'private_key_jwt', jwksUri: published });
  // Notations of an address that are refused today, and may have been registered before.
  await database.db.updateTable('clients').set({ jwks_uri: jwksUri }).where('id', '=', app.clientId).execute();
  const assertion = await assertionOf(server, app.clientId, key);
  const proof = { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
  return post(server, '/token', { grant_type: 'client_credentials', ...proof });
}

describe('the address of an app’s keys that leads into the network', () => {
  it('is not asked by a server as it runs', async () => {
    const { database, url, drop } = await createTestDatabase();
    if (!url) return drop();
    const server = await startProcess({ DATABASE_URL: url, NODE_EXTRA_CA_CERTS: pathOf('certificate') });
    for (const host of HOSTS)
      expect((await tryToAuthenticate(server, database, host)).body.error).toBe('invalid_client');
    await server.stop();
    await drop();
    expect(asked).toEqual([]);
  });

  it('is not asked either where connections cannot be watched', async () => {
    const trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, certificate]);
    const server = await startTestServer();
    expect((await fetch(`https://localhost:${port}/control`)).status).toBe(200);
    for (const host of HOSTS) {
      expect((await tryToAuthenticate(server, server.database, host)).body.error).toBe('invalid_client');
    }
    await server.stop();
    setDefaultCACertificates(trusted);
    expect(asked).toEqual(['/control']);
  });
});
