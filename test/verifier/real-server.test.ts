import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createVerifier } from '../../src/verifier/index.ts';
import { aClient, anApi } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe('the verifier with the server', () => {
  it('accepts its token for the API, with the scope, and refuses it at another API', async () => {
    const api = await anApi(server.database);
    const other = await anApi(server.database);
    const app = await aClient(server.database, {
      type: 'machine',
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });
    const { body } = await requestToken(server, app, { resource: api.identifier, scope: 'reports:read' });
    const verifierOf = (audience: string) => createVerifier({ issuer: server.issuer, audience, revocations: 'off' });

    const verifier = verifierOf(api.identifier);
    const claims = await verifier.verify(body.access_token, { scopes: ['reports:read'] });
    expect(claims).toMatchObject({ client_id: app.clientId, sub: app.clientId, aud: api.identifier });
    const narrow = await verifier.verify(body.access_token, { scopes: ['reports:write'] }).catch((error) => error);
    expect(narrow).toMatchObject({ status: 403, code: 'insufficient_scope' });
    const elsewhere = await verifierOf(other.identifier)
      .verify(body.access_token)
      .catch((error) => error);
    expect(elsewhere).toMatchObject({ status: 401, code: 'invalid_token', message: 'the token is for another API' });
  });
});
