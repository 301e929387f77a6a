import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { aClient, anApi } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe('client credentials', () => {
  it('D01 D03 D04 B22: issues an ES256 JWT of RFC 9068 that verifies offline against the JWKS', async () => {
    const api = await anApi(server.database);
    const app = await aClient(server.database, {
      type: 'machine',
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });

    const { status, body } = await requestToken(server, app, { resource: api.identifier, scope: 'reports:read' });

    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 300, scope: 'reports:read' });
    expect(body.refresh_token).toBeUndefined();
    expect(decodeProtectedHeader(body.access_token)).toMatchObject({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: expect.any(String),
    });
    const jwks = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
    const { payload } = await jwtVerify(body.access_token, jwks, {
      issuer: server.issuer,
      audience: api.identifier,
      typ: 'at+jwt',
    });
    expect(payload).toEqual({
      iss: server.issuer,
      sub: app.clientId,
      client_id: app.clientId,
      ep: [expect.any(Number)],
      aud: api.identifier,
      scope: 'reports:read',
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 300,
    });
  });
});
