import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { sql } from 'kysely';
import * as client from 'openid-client';
import { keepPreferences } from '../../src/accounts/preferences.ts';
import { updatePerson } from '../../src/accounts/update-person.ts';
import { MOST_GROUPS } from '../../src/tokens/issue/claims.ts';
import { anAssertionKey } from '../support/assertions.ts';
import { connect, DEVICE_GRANT, poll, startDevice } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { keysAreKnown } from '../support/keys.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, discover, PKCE, signIn } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post, requestToken } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;
let metadata: Record<string, string[]> & { [endpoint: `${string}_endpoint`]: string };

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  ada = await aPerson(server.database);
  await anApi(server.database, { signingAlg: 'EdDSA' });
  await keysAreKnown(server);
  metadata = (await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()) as typeof metadata;
});
afterAll(() => server.stop());

const subscriptions = () => [{ api: api.identifier, scopes: ['reports:read'] }];
const aWebApp = (wanted: object = {}) =>
  aClient(server.database, { type: 'web', subscriptions: subscriptions(), ...wanted });

async function told(app: { clientId: string }, changes: Record<string, string | undefined>) {
  const response = await new Person(server.issuer).request(authorizationUrl(server, app, changes));
  const target = new URL(response.headers.get('location') ?? '', server.issuer);
  return Object.fromEntries(new URLSearchParams(target.search || target.hash.slice(1)));
}

/** A page that posts itself, as the app receives it. */
async function postedTo(app: { clientId: string }) {
  const person = new Person(server.issuer);
  const login = await person.visit(authorizationUrl(server, app, { response_mode: 'form_post' }));
  const consent = await person.submit(login, '/sign-in', ada);
  const { text } = await person.submit(consent, '/consent');
  const fields = [...text.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  return new URLSearchParams(fields as [string, string][]);
}

/** What is done to show that a value of a list works; a value without an entry fails the test. */
const PROOFS: Record<string, Record<string, () => Promise<void>>> = {
  grant_types_supported: {
    authorization_code: async () => {
      const { tokens } = await signIn(server, await aWebApp(), ada);
      expect(tokens.access_token).toBeTruthy();
    },
    refresh_token: async () => {
      const parameters = { scope: 'openid offline_access', prompt: 'consent' };
      const { tokens, configuration } = await signIn(server, await aWebApp(), ada, { parameters });
      const next = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
      expect(next.access_token).toBeTruthy();
    },
    client_credentials: async () => {
      const app = await aClient(server.database, { type: 'machine', subscriptions: subscriptions() });
      const tokens = await client.clientCredentialsGrant(await discover(server, app));
      expect(decodeJwt(tokens.access_token).aud).toBe(api.identifier);
    },
    [DEVICE_GRANT]: async () => {
      const app = await aClient(server.database, { type: 'device' });
      const device = await startDevice(server, app);
      await connect(new Person(server.issuer), device.user_code, ada);
      expect((await poll(server, app, device)).status).toBe(200);
    },
  },
  response_types_supported: {
    code: async () => {
      const callback = await new Person(server.issuer).authorize(authorizationUrl(server, await aWebApp()), ada);
      expect(callback.searchParams.get('code')).toBeTruthy();
    },
  },
  response_modes_supported: {
    query: async () => {
      const url = authorizationUrl(server, await aWebApp(), { response_mode: 'query' });
      expect((await new Person(server.issuer).authorize(url, ada)).searchParams.get('code')).toBeTruthy();
    },
    fragment: async () => {
      const url = authorizationUrl(server, await aWebApp(), { response_mode: 'fragment' });
      const { hash } = await new Person(server.issuer).authorize(url, ada);
      expect(new URLSearchParams(hash.slice(1)).get('code')).toBeTruthy();
    },
    form_post: async () => {
      const app = await aWebApp();
      const fields = await postedTo(app);
      const code = fields.get('code') ?? '';
      const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
      expect((await post(server, '/token', form, app)).status).toBe(200);
    },
  },
  scopes_supported: {
    openid: async () => {
      const { tokens } = await signIn(server, await aWebApp(), ada);
      expect(tokens.claims()?.sub).toBe(ada.account.id);
    },
    profile: async () => {
      const { tokens, configuration } = await signIn(server, await aWebApp(), ada, {
        parameters: { scope: 'openid profile' },
      });
      const claims = await client.fetchUserInfo(configuration, tokens.access_token, ada.account.id);
      expect(claims).toEqual({ sub: ada.account.id, name: 'Ada Lovelace', updated_at: expect.any(Number) });
    },
    email: async () => {
      const { tokens, configuration } = await signIn(server, await aWebApp(), ada, {
        parameters: { scope: 'openid email' },
      });
      const claims = await client.fetchUserInfo(configuration, tokens.access_token, ada.account.id);
      expect(claims).toEqual({ sub: ada.account.id, email: ada.email, email_verified: true });
    },
    groups: async () => {
      const { tokens, configuration } = await signIn(server, await aWebApp(), ada, {
        parameters: { scope: 'openid groups' },
      });
      const claims = await client.fetchUserInfo(configuration, tokens.access_token, ada.account.id);
      expect(claims).toEqual({ sub: ada.account.id, groups: [] });
    },
    offline_access: async () => {
      const parameters = { scope: 'openid offline_access', prompt: 'consent' };
      const { tokens } = await signIn(server, await aWebApp(), ada, { parameters });
      expect(tokens.refresh_token).toBeTruthy();
    },
  },
  token_endpoint_auth_methods_supported: {
    client_secret_basic: async () => {
      const app = await aWebApp({ authMethod: 'client_secret_basic' });
      await signIn(server, app, ada, { auth: client.ClientSecretBasic(app.clientSecret) });
    },
    client_secret_post: async () => {
      const app = await aWebApp({ authMethod: 'client_secret_post' });
      await signIn(server, app, ada, { auth: client.ClientSecretPost(app.clientSecret) });
    },
    private_key_jwt: async () => {
      const { jwks, privateKey, kid } = await anAssertionKey();
      const app = await aWebApp({ authMethod: 'private_key_jwt', jwks });
      await signIn(server, app, ada, { auth: client.PrivateKeyJwt({ key: privateKey, kid }) });
    },
    none: async () => {
      const app = await aClient(server.database, { type: 'spa' });
      await signIn(server, app, ada, { auth: client.None() });
    },
  },
  id_token_signing_alg_values_supported: Object.fromEntries(
    (['ES256', 'RS256', 'EdDSA'] as const).map((alg) => [
      alg,
      async () => {
        const app = await aWebApp({ idTokenAlg: alg });
        const callback = await new Person(server.issuer).authorize(authorizationUrl(server, app), ada);
        const code = callback.searchParams.get('code') ?? '';
        const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
        const { body } = await post(server, '/token', form, app);
        expect(decodeProtectedHeader(body.id_token ?? '').alg).toBe(alg);
      },
    ]),
  ),
  claims_supported: Object.fromEntries(
    [
      ...[
        'sub',
        'name',
        'given_name',
        'family_name',
        'nickname',
        'preferred_username',
        'picture',
        'locale',
        'zoneinfo',
      ],
      ...['updated_at', 'email', 'email_verified', 'groups', 'groups_overage', 'acr', 'amr', 'auth_time', 'iss'],
    ].map((claim) => [
      claim,
      async () => {
        const grace = await someoneInGroups(claim === 'groups_overage' ? MOST_GROUPS.id_token.names + 1 : 1);
        const parameters = { scope: 'openid profile email groups', max_age: '3600' };
        const { tokens, configuration } = await signIn(server, await aWebApp(), grace, { parameters });
        const userInfo = await client.fetchUserInfo(configuration, tokens.access_token, grace.account.id);
        const given = { ...userInfo, ...tokens.claims() };
        expect(given).toHaveProperty(claim);
      },
    ]),
  ),
};

/** Somebody who has told all that there is to tell. */
async function someoneInGroups(count: number) {
  const grace = await aPerson(server.database);
  const { db } = server.database;
  const { id } = grace.account;
  const names = { given_name: 'Grace', family_name: 'Hopper', nickname: 'Amazing' };
  const profile = { ...names, preferred_username: id.slice(-12), picture: 'https://grace.example.com/me.png' };
  await updatePerson(db, { accountId: id, changes: profile }, byOperator());
  await keepPreferences(db, id, { language: 'de', timeZone: 'Europe/Berlin' });
  await sql`with made as (
      insert into groups (id, name, name_key, created_at)
      select ${id} || n, ${id} || n, ${id} || n, now() from generate_series(1, ${count}::int) n returning id)
    insert into group_members (group_id, account_id) select id, ${id} from made`.execute(db);
  return grace;
}

describe('what the metadata promises', () => {
  it('F04: is all proved here', () => {
    for (const [list, proofs] of Object.entries(PROOFS)) {
      expect([list, [...(metadata[list] ?? [])].sort()]).toEqual([list, Object.keys(proofs).sort()]);
    }
  });

  const proofs = Object.entries(PROOFS).flatMap(([list, values]) =>
    Object.entries(values).map(([value, proof]) => [list, value, proof] as const),
  );
  it.each(proofs)('F04: works: %s %s', async (_list, _value, proof) => {
    await proof();
  });

  it('F04: has an answer at every endpoint', async () => {
    for (const [name, address] of Object.entries(metadata).filter(([key]) => key.endsWith('_endpoint'))) {
      const url = String(address);
      const method =
        /authorization_endpoint|end_session|userinfo/.test(name) && !name.startsWith('pushed') ? 'GET' : 'POST';
      const response = await fetch(url, { method, redirect: 'manual' });
      expect([name, response.status === 404 || response.status >= 500]).toEqual([name, false]);
    }
  });

  it('F04: takes each prompt that is supported, and no other', async () => {
    const app = await aWebApp();
    for (const prompt of metadata.prompt_values_supported ?? []) {
      expect((await told(app, { prompt })).error).not.toBe('invalid_request');
    }
    for (const prompt of ['create', 'bogus', 'login bogus']) {
      expect((await told(app, { prompt })).error).toBe('invalid_request');
    }
  });
});

describe('what the metadata does not promise', () => {
  it.each([
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a request object by address', { request_uri: 'https://app.example.com/r' }, 'request_uri_not_supported'],
    ['registration', { registration: '{}' }, 'registration_not_supported'],
    ['another response mode', { response_mode: 'jwt' }, 'unsupported_response_mode'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
  ])('F04: is refused: %s', async (_what, changes, error) => {
    expect((await told(await aWebApp(), changes)).error).toBe(error);
  });

  it('F04: has no endpoint: registration, CIBA, check session', async () => {
    expect(Object.keys(metadata)).not.toEqual(expect.arrayContaining(['registration_endpoint']));
    for (const path of ['/reg', '/register', '/backchannel', '/session/check', '/challenge']) {
      for (const method of ['GET', 'POST']) {
        expect([path, (await fetch(server.issuer + path, { method })).status]).toEqual([path, 404]);
      }
    }
  });

  it('F04: is no way to authenticate: client_secret_jwt', async () => {
    const app = await aWebApp();
    const now = Math.floor(Date.now() / 1000);
    const assertion = await new SignJWT({
      iss: app.clientId,
      sub: app.clientId,
      aud: server.issuer,
      jti: 'j',
      exp: now + 60,
    })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(app.clientSecret));
    const form = {
      grant_type: 'client_credentials',
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    };
    expect((await post(server, '/token', form)).body.error).toBe('invalid_client');
    expect((await requestToken(server, app)).body.error).toBe('unauthorized_client');
  });
});
