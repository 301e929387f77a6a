import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { createVerifier } from '../../src/verifier/index.ts';
import { aClient, anApi } from '../support/factories.ts';
import { here } from '../support/patience.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post, requestToken } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
});
afterAll(() => server.stop());

const anApp = () =>
  aClient(server.database, { type: 'machine', subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }] });
const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });

/** Milliseconds until the verifier refuses; more than a minute is never. */
async function untilRefused(verify: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < 60_000) {
    const refused = await verify().then(
      () => false,
      () => true,
    );
    if (refused) return performance.now() - started;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('the token was never refused');
}

describe.each([
  ['poll', 5000],
  ['stream', 500],
] as const)('a verifier that follows the feed by %s', (revocations, atMost) => {
  it(`refuses a token within ${atMost} ms of its revocation, and no other`, async () => {
    const verifier = createVerifier({ issuer: server.issuer, audience: api.identifier, revocations });
    const app = await anApp();
    const [token, other] = [
      (await requestToken(server, app)).body.access_token,
      (await requestToken(server, app)).body.access_token,
    ];
    await verifier.verify(token, { scopes: ['reports:read'] });
    expect((await post(server, '/token/revocation', { token }, app)).status).toBe(200);

    const refusedAfter = await untilRefused(() => verifier.verify(token));
    expect(refusedAfter).toBeLessThan(here(atMost));
    await verifier.verify(other);
    verifier.close();
  });

  it('refuses the tokens of an app that was disabled', async () => {
    const verifier = createVerifier({ issuer: server.issuer, audience: api.identifier, revocations });
    const app = await anApp();
    const token = (await requestToken(server, app)).body.access_token;
    await verifier.verify(token);
    await disableClient(server.database.db, { clientId: app.clientId, reason: 'test' }, by());
    expect(await untilRefused(() => verifier.verify(token))).toBeLessThan(here(atMost));
    await enableClient(server.database.db, app.clientId, by());
    verifier.close();
  });
});
