import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cancelSubscription as endSubscription } from '../../src/subscriptions/subscriptions.ts';
import { createVerifier } from '../../src/verifier/index.ts';
import { aClient, anApi } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';

const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
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

  it.each(['', '/'])(
    'accepts its token whether or not its audience has a slash at the end: “%s” is registered',
    async (end) => {
      const { identifier } = await anApi(server.database);
      const api = await anApi(server.database, { identifier: `${identifier}/v1${end}` });
      const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
      const app = await aClient(server.database, { type: 'machine', subscriptions });
      const { body } = await requestToken(server, app);
      const audience = end === '' ? `${api.identifier}/` : api.identifier.slice(0, -1);
      const revocations = 'poll';
      const verifier = createVerifier({ issuer: server.issuer, audience, revocations });
      expect(await verifier.verify(body.access_token)).toMatchObject({ aud: api.identifier });
      verifier.close();
      // What is revoked is named by the registered form.
      await endSubscription(
        server.database.db,
        { clientId: app.clientId, apiIdentifier: api.identifier, reason: 'a test' },
        by(),
      );
      const later = createVerifier({ issuer: server.issuer, audience, revocations });
      const refused = await later.verify(body.access_token).catch((error) => error);
      expect(refused).toMatchObject({ status: 401, code: 'invalid_token', message: 'the token was revoked' });
      later.close();
    },
  );

  it('refuses the other form where two APIs differ by the slash alone', async () => {
    const one = await startTestServer();
    const api = await anApi(one.database);
    await one.database.db.updateTable('apis').set({ exact_slash: true }).where('id', '=', api.id).execute();
    const app = await aClient(one.database, {
      type: 'machine',
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });
    const { body } = await requestToken(one, app);
    const audience = `${api.identifier}/`;
    const verifier = createVerifier({ issuer: one.issuer, audience, revocations: 'off' });
    const outcome = await verifier.verify(body.access_token).catch((error) => error);
    await one.stop();
    expect(outcome).toMatchObject({
      status: 401,
      message: `the token is for ${api.identifier}, which differs from this API by the slash at its end`,
    });
  });
});
