import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { changePassword, disableAccount, enableAccount, endSessions } from '../../src/accounts/lifecycle.ts';
import { enterCode, poll, startDevice } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE, signIn } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { afterStatement } from '../support/statements.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;
let device: Awaited<ReturnType<typeof aClient>>;
let api: string;
beforeAll(async () => {
  server = await startTestServer();
  api = (await anApi(server.database)).identifier;
  const subscriptions = [{ api, scopes: ['reports:read'] }];
  app = await aClient(server.database, { type: 'web', subscriptions });
  device = await aClient(server.database, { type: 'device', subscriptions });
});
afterAll(() => server.stop());
afterEach(() => {
  jest.restoreAllMocks();
});

type Ada = Awaited<ReturnType<typeof aPerson>>;

const endings: [string, (ada: Ada) => Promise<unknown>][] = [
  [
    'the password is changed',
    ({ account: { id: accountId } }) =>
      changePassword(server.database.db, { accountId, password: 'another long password' }, byOperator()),
  ],
  ['they are signed out everywhere', ({ account }) => endSessions(server.database.db, account.id, byOperator())],
  [
    'they are disabled for a while',
    async ({ account: { id: accountId } }) => {
      await disableAccount(server.database.db, { accountId, reason: 'test' }, byOperator());
      await enableAccount(server.database.db, accountId, byOperator());
    },
  ],
];

/** What a request or a chain of them got hold of. */
type Gain = { readonly use: () => Promise<{ status: number; body: { error?: string } }> } | undefined;
interface Setting {
  readonly ada: Ada;
  readonly browser: Person;
}

const wish = () => ({ scope: 'openid offline_access reports:read', resource: api, prompt: 'consent' });
const redeem = (leftTo: URL | undefined): Gain => {
  const code = leftTo?.searchParams.get('code');
  const form = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
  return code ? { use: () => post(server, '/token', { ...form, code }, app) } : undefined;
};

/** Each is prepared, and then done while a session ends at one moment of it after the other. */
const doings: [string, (setting: Setting) => Promise<() => Promise<Gain>>][] = [
  [
    'going back to an app',
    async ({ browser }) =>
      async () =>
        redeem((await browser.visit(authorizationUrl(server, app, { ...wish(), prompt: 'none' }))).leftTo),
  ],
  [
    'coming from the sign-in form',
    async ({ ada, browser }) => {
      const page = await browser.visit(authorizationUrl(server, app, { ...wish(), prompt: 'login' }));
      const [, action = ''] = page.text.match(/action="([^"]*\/sign-in)"/) ?? [];
      const [, csrf = ''] = page.text.match(/name="csrf" value="([^"]*)"/) ?? [];
      const sent = await browser.request(action, { form: { email: ada.email, password: ada.password, csrf } });
      return async () => redeem((await browser.visit(sent.headers.get('location') ?? '')).leftTo);
    },
  ],
  [
    'asking to sign out, and staying',
    async ({ browser }) => {
      const page = await browser.visit(`/session/end?client_id=${app.clientId}`);
      const [, xsrf = ''] = page.text.match(/name="xsrf" value="([^"]*)"/) ?? [];
      return async () => {
        await browser.request('/session/end/confirm', { form: { xsrf } });
        return undefined;
      };
    },
  ],
  [
    'connecting a device',
    async ({ browser }) => {
      const started = await startDevice(server, device, { scope: 'offline_access reports:read', resource: api });
      const consent = await browser.submit(await enterCode(browser, started.user_code), '/device', { confirm: 'yes' });
      const [, action = ''] = consent.text.match(/action="([^"]*\/consent)"/) ?? [];
      const [, csrf = ''] = consent.text.match(/name="csrf" value="([^"]*)"/) ?? [];
      const [, shown = ''] = consent.text.match(/name="shown" value="([^"]*)"/) ?? [];
      const sent = await browser.request(action, { form: { csrf, shown } });
      return async () => {
        await browser.visit(sent.headers.get('location') ?? '');
        return { use: () => poll(server, device, started) };
      };
    },
  ],
  [
    'signing in to the portal',
    async ({ browser }) =>
      async () => {
        await browser.visit('/sign-in?to=/apps');
        return undefined;
      },
  ],
];

describe.each(doings)('%s while', (doing, prepare) => {
  it.each(endings)('%s leaves nothing that works, whenever it happens', async (_ending, happens) => {
    let moments = 0;
    for (let nth = 1, happened = true; happened; nth += 1) {
      const ada = await aPerson(server.database);
      const browser = new Person(server.issuer);
      await signIn(server, app, ada, { parameters: wish(), person: browser });
      const act = await prepare({ ada, browser });
      // A statement of the server's own may be the nth; then nothing but this waits for it.
      let ending: Promise<unknown> | undefined;
      afterStatement(
        '',
        () => {
          ending = happens(ada);
          return ending;
        },
        nth,
      );
      const gain = await act();
      jest.restoreAllMocks();
      happened = ending !== undefined;
      if (!happened) break;
      await ending;
      moments = nth;
      const used = await gain?.use();
      // Nothing was gained, or nothing that is good for anything.
      const refusals = doing.includes('device') ? ['invalid_grant', 'authorization_pending'] : ['invalid_grant'];
      if (used) {
        expect([nth, used.status]).toEqual([nth, 400]);
        expect(refusals).toContain(used.body.error);
      }
      const again = await browser.visit(authorizationUrl(server, app, { prompt: 'none' }));
      expect([nth, again.leftTo?.searchParams.get('error')]).toEqual([nth, 'login_required']);
      expect([nth, (await browser.visit('/apps')).text.includes('name="password"')]).toEqual([nth, true]);
    }
    expect(moments).toBeGreaterThan(1);
  });
});
