import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';
import { run } from './program.ts';

let server: TestServer;
let audience: string;
let token: string;
let clientId: string;

beforeAll(async () => {
  server = await startTestServer();
  const api = await anApi(server.database);
  const app = await aClient(server.database, {
    type: 'machine',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });
  audience = api.identifier;
  clientId = app.clientId;
  token = (await requestToken(server, app, { resource: audience })).body.access_token;
});
afterAll(() => server.stop());

/** Debian's python3, whose PyJWT is an apt package; another python3 that comes first in the PATH would not have it. */
const PYTHON = '/usr/bin/python3';

describe.each([
  { name: 'verify-token.ts', command: process.execPath, file: 'examples/verify-token.ts' },
  { name: 'verify_token.py', command: PYTHON, file: 'examples/verify_token.py' },
])('$name', ({ command, file }) => {
  const verify = (value: string, settings: Record<string, string> = {}) =>
    run(command, [file, value], { ISSUER: server.issuer, AUDIENCE: audience, ...settings });

  if (command === PYTHON) {
    it('has what it needs: PyJWT with cryptography', async () => {
      const { code, stderr } = await run(PYTHON, ['-c', 'import jwt, cryptography'], {});
      const remedy = 'apt-get install -y --no-install-recommends python3-jwt python3-cryptography';
      expect({ code, stderr, remedy }).toEqual({ code: 0, stderr: '', remedy });
    });
  }

  it('prints the claims of a token that is good', async () => {
    const { code, stdout, stderr } = await verify(token);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      iss: server.issuer,
      aud: audience,
      client_id: clientId,
      scope: 'reports:read',
    });
  });

  it('refuses a token of another API', async () => {
    const { code, stdout, stderr } = await verify(token, { AUDIENCE: 'https://other.example.com' });

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/aud/i);
  });

  it('refuses a token with a changed claim', async () => {
    const [header, payload = '', signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, scope: 'reports:write' })).toString('base64url');

    const { code, stderr } = await verify([header, forged, signature].join('.'));

    expect(code).toBe(1);
    expect(stderr).toMatch(/signature verification failed/i);
  });

  it('refuses what is not a JWT in one clear line', async () => {
    const { code, stderr } = await verify('an-opaque-token');

    expect(code).toBe(1);
    expect(stderr).toMatch(/^Not a valid token for /);
    expect(stderr).not.toMatch(/Traceback|at file:/);
  });
});
