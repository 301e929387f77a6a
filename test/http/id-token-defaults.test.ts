import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { createClient } from '../../src/clients/clients.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { anApi, aPerson } from '../support/factories.ts';
import { CALLBACK, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());

const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
const algOf = (token: string | undefined) => decodeProtectedHeader(token ?? '').alg;

/** An app about which nothing more is said than what has to be. */
async function anApp() {
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const wanted = { name: 'Plain', type: 'web' as const, redirectUris: [CALLBACK], subscriptions };
  const { client, secret } = await createClient(server.database.db, wanted, by());
  return { clientId: client.id, clientSecret: secret?.secret ?? '' };
}

const parameters = () => ({ scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier });

describe('an app that says nothing of algorithms', () => {
  it('gets ID tokens with RS256 and access tokens with ES256, for a code and for a refresh', async () => {
    const app = await anApp();
    const { tokens } = await signIn(server, app, ada, { parameters: parameters() });
    expect([algOf(tokens.id_token), algOf(tokens.access_token)]).toEqual(['RS256', 'ES256']);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const { body } = await post(server, '/token', form, app);
    expect([algOf(body.id_token), algOf(body.access_token)]).toEqual(['RS256', 'ES256']);
  });

  it('gets what it is set to', async () => {
    const app = await anApp();
    await updateClient(server.database.db, { clientId: app.clientId, changes: { idTokenAlg: 'ES256' } }, by());
    const { tokens } = await signIn(server, app, ada);
    expect(algOf(tokens.id_token)).toBe('ES256');
  });
});
