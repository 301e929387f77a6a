import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());

type App = Awaited<ReturnType<typeof aClient>>;
type Changes = Record<string, string | undefined>;

/** What the app is told at once, without a person. */
async function refusal(app: App, changes: Changes) {
  const response = await new Person(server.issuer).request(authorizationUrl(server, app, changes));
  expect(response.status).toBe(303);
  const target = new URL(response.headers.get('location') ?? '', server.issuer);
  expect(target.origin + target.pathname).toBe(CALLBACK);
  return Object.fromEntries(target.searchParams);
}

async function codeOf(app: App, changes: Changes = {}) {
  const callback = await new Person(server.issuer).authorize(authorizationUrl(server, app, changes), ada);
  return callback.searchParams.get('code') ?? '';
}

const redeem = (app: App, code: string, extra: Record<string, string>) =>
  post(
    server,
    '/token',
    { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, client_id: app.clientId, ...extra },
    app.clientSecret ? app : undefined,
  );

const NO_PKCE = { code_challenge: undefined, code_challenge_method: undefined };

describe('PKCE', () => {
  it.each(['web', 'spa', 'native'] as const)('A09: is required of a %s app', async (type) => {
    const app = await aClient(server.database, { type });
    expect(await refusal(app, NO_PKCE)).toMatchObject({ error: 'invalid_request', state: 'a-state' });
  });

  it('A09: may be a nonce instead for an app that keeps a secret and is set so, but not neither', async () => {
    const app = await aClient(server.database, { type: 'web', pkce: 'pkce_or_nonce' });
    const { status, body } = await redeem(app, await codeOf(app, NO_PKCE), {});
    expect(status).toBe(200);
    expect(body.id_token).toBeDefined();
    expect(await refusal(app, { ...NO_PKCE, nonce: undefined })).toMatchObject({ error: 'invalid_request' });
  });

  it('A09: may be left out, and the nonce with it, for an app that keeps a secret and is set so', async () => {
    const app = await aClient(server.database, { type: 'web', pkce: 'optional' });
    const { status, body } = await redeem(app, await codeOf(app, { ...NO_PKCE, nonce: undefined }), {});
    expect([status, decodeJwt(body.id_token ?? '').nonce]).toEqual([200, undefined]);
    // What it does send is held to: the challenge by its verifier, its method by S256.
    const code = await codeOf(app);
    expect((await redeem(app, code, {})).body.error).toBe('invalid_grant');
    expect((await redeem(app, code, { code_verifier: PKCE.verifier })).status).toBe(200);
    expect(await refusal(app, { code_challenge_method: 'plain' })).toMatchObject({ error: 'invalid_request' });
  });

  it('A09: cannot be left out by an app that cannot keep a secret', async () => {
    await expect(aClient(server.database, { type: 'spa', pkce: 'optional' })).rejects.toThrow(
      'An app that cannot keep a secret uses PKCE always.',
    );
  });

  it('A10: is enforced when the code is redeemed, for public and confidential apps', async () => {
    for (const type of ['web', 'spa'] as const) {
      const app = await aClient(server.database, { type });
      const code = await codeOf(app);
      const tries = [{}, { code_verifier: '' }, { code_verifier: 'w'.repeat(43) }, { code_verifier: PKCE.challenge }];
      for (const extra of tries as Record<string, string>[]) {
        const { status, body } = await redeem(app, code, extra);
        expect(status).toBe(400);
        expect(body.error).toMatch(/^invalid_(grant|request)$/);
        expect(body.access_token).toBeUndefined();
      }
      expect((await redeem(app, code, { code_verifier: PKCE.verifier })).status).toBe(200);
    }
  });

  it('A10: answers a wrong verifier with invalid_grant', async () => {
    const app = await aClient(server.database, { type: 'spa' });
    const { body } = await redeem(app, await codeOf(app), { code_verifier: 'w'.repeat(43) });
    expect(body.error).toBe('invalid_grant');
  });

  it('A11: cannot be slipped in afterwards: a verifier without a challenge is refused', async () => {
    const app = await aClient(server.database, { type: 'web', pkce: 'pkce_or_nonce' });
    const code = await codeOf(app, NO_PKCE);
    const { status, body } = await redeem(app, code, { code_verifier: PKCE.verifier });
    expect(status).toBe(400);
    expect(body.error).toBe('invalid_grant');
  });

  it('A12: is S256 only', async () => {
    const app = await aClient(server.database, { type: 'web' });
    for (const method of ['plain', undefined, '', 's256', 'S512']) {
      expect(await refusal(app, { code_challenge_method: method })).toMatchObject({ error: 'invalid_request' });
    }
    expect(await refusal(app, { code_challenge: undefined })).toMatchObject({ error: 'invalid_request' });
  });

  it('A13: has a challenge of 43 unreserved characters or more', async () => {
    const app = await aClient(server.database, { type: 'web' });
    const { challenge } = PKCE;
    for (const wrong of [challenge.slice(1), `${challenge.slice(1)}+`, `${challenge.slice(1)}é`, 'x'.repeat(129)]) {
      expect(await refusal(app, { code_challenge: wrong })).toMatchObject({ error: 'invalid_request' });
    }
  });

  it.each([
    ['42 characters', 'v'.repeat(42)],
    ['129 characters', 'v'.repeat(129)],
    ['a blank', `${'v'.repeat(42)} `],
    ['a plus', `${'v'.repeat(42)}+`],
    ['a letter beyond ASCII', `${'v'.repeat(42)}é`],
  ])('A13: refuses a verifier of %s, even if its hash fits', async (_variant, verifier) => {
    const app = await aClient(server.database, { type: 'web' });
    const code = await codeOf(app, { code_challenge: createHash('sha256').update(verifier).digest('base64url') });
    const { status, body } = await redeem(app, code, { code_verifier: verifier });
    expect(status).toBe(400);
    expect(body.error).toMatch(/^invalid_(grant|request)$/);
  });

  it('A13: takes verifiers of 43 and 128 characters with every kind of character', async () => {
    const app = await aClient(server.database, { type: 'web' });
    for (const verifier of [`aZ09-._~${'v'.repeat(35)}`, `aZ09-._~${'v'.repeat(120)}`]) {
      const code = await codeOf(app, { code_challenge: createHash('sha256').update(verifier).digest('base64url') });
      expect((await redeem(app, code, { code_verifier: verifier })).status).toBe(200);
    }
  });

  it('A14: can be seen in the metadata', async () => {
    const metadata = await (await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)).json();
    expect(metadata).toMatchObject({ code_challenge_methods_supported: ['S256'] });
  });
});
