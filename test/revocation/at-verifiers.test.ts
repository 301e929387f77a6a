import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { createVerifier, type Verifier } from '../../src/verifier/index.ts';
import { aWorld, ENDINGS, type Ending, SCOPE, type World } from '../support/endings.ts';
import { until } from '../support/load.ts';
import { signIn } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Follows the epochs, and has no other way to hear of anything. Its clock is ahead, as the one of no server is. */
function aVerifier({ api }: World): Verifier {
  return createVerifier({
    issuer: server.issuer,
    audience: api.identifier,
    pollSeconds: 0.05,
    clock: () => new Date(Date.now() + 240_000),
    async fetch(url, init) {
      if (url.includes('/revocations')) throw new Error('nobody asks for times');
      return fetch(url, init);
    },
  });
}

const signInTo = async ({ app, ada, api }: World) =>
  (await signIn(server, app, ada, { parameters: { scope: SCOPE, prompt: 'consent', resource: api.identifier } }))
    .tokens;

const verdict = (verifier: Verifier, token: string) =>
  verifier.verify(token).then(
    () => 'accepted',
    ({ code, message }) => `${code}: ${message}`,
  );
const REVOKED = 'invalid_token: the token was revoked';

const dead: Ending[] = [
  'password changed',
  'person disabled',
  'person disabled for a while',
  'person deleted',
  'consent withdrawn',
  'app disabled',
  'app disabled for a while',
  'app deleted',
  'team suspended',
  'API suspended',
  'API deleted',
  'scope removed',
  'subscription suspended',
  'subscription ended',
  'role taken',
  'role deleted',
];
const alive: Ending[] = ['nothing ended', 'sessions ended', 'redirect address removed'];

describe('a token at a verifier that polls the epochs', () => {
  it.each(dead)('is dead after: %s', async (ending) => {
    const [world, other] = [await aWorld(server, 'web'), await aWorld(server, 'web')];
    const [verifier, elsewhere] = [aVerifier(world), aVerifier(other)];
    const { access_token: token } = await signInTo(world);
    const { access_token: untouched } = await signInTo(other);
    expect(await verdict(verifier, token)).toBe('accepted');
    await ENDINGS[ending](world);
    await until(`refused after ${ending}`, async () => (await verdict(verifier, token)) === REVOKED);
    expect(await verdict(elsewhere, untouched)).toBe('accepted');
    verifier.close();
    elsewhere.close();
  });

  it.each(alive)('is alive after: %s', async (ending) => {
    const [world, other] = [await aWorld(server, 'web'), await aWorld(server, 'web')];
    const [verifier, elsewhere] = [aVerifier(world), aVerifier(other)];
    const { access_token: token } = await signInTo(world);
    const { access_token: later } = await signInTo(other);
    expect(await verdict(verifier, token)).toBe('accepted');
    await ENDINGS[ending](world);
    // By then all have heard of everything before.
    await ENDINGS['app disabled'](other);
    await until('the other is refused', async () => (await verdict(elsewhere, later)) === REVOKED);
    const fresh = aVerifier(world);
    expect([await verdict(verifier, token), await verdict(fresh, token)]).toEqual(['accepted', 'accepted']);
    for (const one of [verifier, elsewhere, fresh]) one.close();
  });

  it('is good at once when its app was stopped and started again before, whatever second it is', async () => {
    const world = await aWorld(server, 'web');
    const { clientId } = world.app;
    const { access_token: before } = await signInTo(world);
    await disableClient(server.database.db, { clientId, reason: 'test' }, byOperator());
    await enableClient(server.database.db, clientId, byOperator());
    let after = '';
    await until('the server gives tokens of the new epoch', async () => {
      after = (await signInTo(world)).access_token;
      const verifier = aVerifier(world);
      const verdicts = [await verdict(verifier, before), await verdict(verifier, after)];
      verifier.close();
      return verdicts.join() === `${REVOKED},accepted`;
    });
  });

  it.each(['access_token', 'refresh_token'] as const)('is dead after its %s was revoked', async (kind) => {
    const world = await aWorld(server, 'web');
    const verifier = aVerifier(world);
    const [tokens, others] = [await signInTo(world), await signInTo(world)];
    expect(await verdict(verifier, tokens.access_token)).toBe('accepted');
    expect((await post(server, '/token/revocation', { token: tokens[kind] ?? '' }, world.app)).status).toBe(200);
    await until('refused', async () => (await verdict(verifier, tokens.access_token)) === REVOKED);
    expect(await verdict(verifier, others.access_token)).toBe('accepted');
    verifier.close();
  });
});
