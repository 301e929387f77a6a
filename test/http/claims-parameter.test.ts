import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());

const anApp = () => aClient(server.database, { type: 'web' });
const asked = (claims: object, more = {}) => ({
  parameters: { scope: 'openid', claims: JSON.stringify(claims), ...more },
});

async function userInfo(token: string) {
  const response = await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as Record<string, unknown>;
}

describe('the parameter claims (OpenID Connect Core §5.5)', () => {
  it('is promised by the metadata', async () => {
    const response = await fetch(`${server.issuer}/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({ claims_parameter_supported: true });
  });

  it('I09 gives what it names where it is named, and what nobody has told is absent and no error', async () => {
    const claims = {
      id_token: { email: { essential: true }, nickname: { essential: true } },
      userinfo: { name: null, picture: { essential: true }, nonsense: { essential: true } },
    };
    const { tokens } = await signIn(server, await anApp(), ada, asked(claims));
    const inToken = decodeJwt(tokens.id_token ?? '');
    expect([inToken.email, inToken.name, Object.hasOwn(inToken, 'nickname')]).toEqual([ada.email, undefined, false]);
    expect(await userInfo(tokens.access_token)).toEqual({ sub: ada.account.id, name: 'Ada Lovelace' });
  });

  it('is asked about on the page, in the words of the scope, and not again', async () => {
    const app = await anApp();
    const url = authorizationUrl(server, app, { claims: JSON.stringify({ userinfo: { email: null } }) });
    const person = new Person(server.issuer);
    const page = await person.submit(await person.visit(url), '/sign-in', ada);
    expect(page.text).toContain('See your email address');
    expect(page.text).not.toContain('See your profile');
    expect((await person.submit(page, '/consent')).leftTo?.searchParams.has('code')).toBe(true);
    expect((await person.visit(url)).leftTo?.searchParams.has('code')).toBe(true);
    const more = authorizationUrl(server, app, { claims: JSON.stringify({ userinfo: { groups: null } }) });
    expect((await person.visit(more)).text).toContain('See your groups');
  });

  it('gives no more of a scope than it names', async () => {
    const { tokens } = await signIn(server, await anApp(), ada, asked({ userinfo: { email_verified: null } }));
    expect(await userInfo(tokens.access_token)).toEqual({ sub: ada.account.id, email_verified: true });
  });

  it('holds for ID tokens from a refresh, and over what the app is set to', async () => {
    const app = await aClient(server.database, { type: 'web', idTokenClaims: [] });
    const wish = asked({ id_token: { email: null } }, { scope: 'openid offline_access', prompt: 'consent' });
    const { tokens } = await signIn(server, app, ada, wish);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const { body } = await post(server, '/token', form, app);
    expect([tokens.id_token, body.id_token].map((token) => decodeJwt(token ?? '').email)).toEqual([
      ada.email,
      ada.email,
    ]);
  });

  it('I04 with the subject of somebody else is an error, also when they sign in on the way', async () => {
    const grace = await aPerson(server.database);
    const claims = JSON.stringify({ id_token: { sub: { value: grace.account.id } } });
    const url = authorizationUrl(server, await anApp(), { claims });
    const leftTo = await new Person(server.issuer).authorize(url, ada);
    expect([leftTo.searchParams.get('error'), leftTo.searchParams.has('code')]).toEqual(['login_required', false]);
    expect((await new Person(server.issuer).authorize(url, grace)).searchParams.has('code')).toBe(true);
  });

  it('with an essential acr that cannot be reached is refused once the person has signed in', async () => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['urn:example:unknown'] } } });
    const leftTo = await new Person(server.issuer).authorize(authorizationUrl(server, await anApp(), { claims }), ada);
    expect(leftTo.searchParams.get('error')).toBe('unmet_authentication_requirements');
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no object of claims', '{"id_token":"email"}'],
  ])('that is %s is an invalid_request', async (_what, claims) => {
    const url = authorizationUrl(server, await anApp(), { claims });
    expect((await new Person(server.issuer).visit(url)).leftTo?.searchParams.get('error')).toBe('invalid_request');
  });
});
