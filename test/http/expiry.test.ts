import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationParameters, authorizationUrl, obtainCode, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
let app: Awaited<ReturnType<typeof aClient>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
  app = await aClient(server.database, { type: 'web' });
});
afterAll(() => server.stop());
beforeEach(() => {
  controlTime();
  // At the beginning of a second, so that all that is counted in whole ones is exact.
  travel(1 - (Date.now() % 1000) / 1000);
});
afterEach(releaseTime);

/** The last second, the first one after, and those in which a tolerance for clocks would say something else. */
const AROUND = [
  [-1, true],
  [0, false],
  [3, false],
  [14, false],
  [16, false],
] as const;

describe.each(AROUND)('%d seconds after its end', (seconds, isGood) => {
  it('an opaque token is as good at UserInfo as at introspection', async () => {
    const { tokens } = await signIn(server, app, ada);
    travel((tokens.expires_in ?? 0) + seconds);
    const userInfo = await fetch(`${server.issuer}/me`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const { body } = await post(server, '/token/introspection', { token: tokens.access_token }, app);
    expect([userInfo.status, body]).toEqual([isGood ? 200 : 401, expect.objectContaining({ active: isGood })]);
  });

  it('a code is refused, and was good before', async () => {
    const { form } = await obtainCode(server, app, ada);
    travel(60 + seconds);
    const { status, body } = await post(server, '/token', form, app);
    expect([status, body.error]).toEqual(isGood ? [200, undefined] : [400, 'invalid_grant']);
  });

  it('a pushed request is refused, and was good before', async () => {
    const form = Object.fromEntries(authorizationParameters(app));
    const { body } = await post(server, '/request', form, app);
    const { request_uri: uri, expires_in: life } = body as unknown as { request_uri: string; expires_in: number };
    travel(life + seconds);
    const parameters = new URLSearchParams({ client_id: app.clientId, request_uri: uri });
    const { response, leftTo } = await new Person(server.issuer).visit(`/auth?${parameters}`);
    const error = leftTo?.searchParams.get('error');
    expect([response.status, error]).toEqual(isGood ? [200, undefined] : [303, 'invalid_request_uri']);
  });

  it('a session is over, and was good before', async () => {
    const { person } = await signIn(server, app, ada);
    travel(14 * 86_400 + seconds);
    const response = await person.request(authorizationUrl(server, app, { prompt: 'none' }));
    const { searchParams } = new URL(response.headers.get('location') ?? '');
    expect(searchParams.get('error')).toBe(isGood ? null : 'login_required');
  });

  it('a sign-in under way is over, and was good before', async () => {
    const person = new Person(server.issuer);
    const { url } = await person.visit(authorizationUrl(server, app));
    travel(3600 + seconds);
    expect((await person.request(url)).status).toBe(isGood ? 200 : 400);
  });
});
