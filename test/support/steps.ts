import { connect, enterCode, poll, startDevice } from './device.ts';
import { SCOPE, type World } from './endings.ts';
import type { Person } from './person.ts';
import { authorizationParameters, authorizationUrl, CALLBACK, PKCE } from './relying-app.ts';
import { post } from './tokens.ts';

export type Outcome = string;
/** What has come before, and then the step itself: it is done after something has ended. */
export type Step = { on: 'web' | 'device'; before: (world: World, browser: Person) => Promise<() => Promise<Outcome>> };

const wish = ({ api }: World) => ({ scope: SCOPE, resource: api.identifier, prompt: 'consent' });
const told = ({ status, body }: Awaited<ReturnType<typeof post>>) => `${status} ${body.error ?? ''}`.trim();

type Page = Awaited<ReturnType<Person['visit']>>;
/** A page by its status and what it is; an answer to the app by what it says. */
function seen({ response, text, leftTo }: Page): Outcome {
  if (leftTo) return `app: ${leftTo.searchParams.get('error') ?? (leftTo.searchParams.has('code') ? 'code' : '?')}`;
  const kind = text.includes('name="password"')
    ? 'sign-in'
    : text.includes('/consent"')
      ? 'consent'
      : (/<h1[^>]*>([^<]*)/.exec(text)?.[1]?.trim() ?? '?');
  return `${response.status} ${kind}`;
}

async function codeOf(world: World, browser: Person, scope = SCOPE) {
  const parameters = scope === 'openid' ? {} : { ...wish(world), scope };
  const callback = await browser.authorize(authorizationUrl(world.server, world.app, parameters), world.ada);
  const code = callback.searchParams.get('code') ?? '';
  return { grant_type: 'authorization_code', code, code_verifier: PKCE.verifier, redirect_uri: CALLBACK };
}
async function tokensOf(world: World, browser: Person, scope = SCOPE) {
  return (await post(world.server, '/token', await codeOf(world, browser, scope), world.app)).body;
}

export const STEPS: Record<string, Step> = {
  'exchange of a code': {
    on: 'web',
    async before(world, browser) {
      const form = await codeOf(world, browser);
      return async () => told(await post(world.server, '/token', form, world.app));
    },
  },
  'exchange of a code without a refresh token': {
    on: 'web',
    async before(world, browser) {
      const form = await codeOf(world, browser, 'openid');
      return async () => told(await post(world.server, '/token', form, world.app));
    },
  },
  refresh: {
    on: 'web',
    async before(world, browser) {
      const { refresh_token = '' } = await tokensOf(world, browser);
      return async () =>
        told(await post(world.server, '/token', { grant_type: 'refresh_token', refresh_token }, world.app));
    },
  },
  'refresh once more': {
    on: 'web',
    async before(world, browser) {
      const { refresh_token = '' } = await tokensOf(world, browser);
      const form = { grant_type: 'refresh_token', refresh_token };
      await post(world.server, '/token', form, world.app);
      return async () => told(await post(world.server, '/token', form, world.app));
    },
  },
  UserInfo: {
    on: 'web',
    async before(world, browser) {
      const { access_token } = await tokensOf(world, browser, 'openid');
      return async () => {
        const response = await fetch(`${world.server.issuer}/me`, {
          headers: { authorization: `Bearer ${access_token}` },
        });
        return `${response.status} ${((await response.json()) as { error?: string }).error ?? ''}`.trim();
      };
    },
  },
  introspection: {
    on: 'web',
    async before(world, browser) {
      const { access_token } = await tokensOf(world, browser, 'openid');
      return async () => {
        const { status, body } = await post(world.server, '/token/introspection', { token: access_token }, world.app);
        return `${status} ${body.error ?? `active ${(body as unknown as { active: boolean }).active}`}`;
      };
    },
  },
  'authorization with a session': {
    on: 'web',
    async before(world, browser) {
      await tokensOf(world, browser);
      return async () =>
        seen(await browser.visit(authorizationUrl(world.server, world.app, { ...wish(world), prompt: undefined })));
    },
  },
  'authorization with what was pushed': {
    on: 'web',
    async before(world, browser) {
      const form = Object.fromEntries(authorizationParameters(world.app, wish(world)));
      const { body } = await post(world.server, '/request', form, world.app);
      const { request_uri } = body as unknown as { request_uri: string };
      const query = new URLSearchParams({ client_id: world.app.clientId, request_uri });
      return async () => seen(await browser.visit(`/auth?${query}`));
    },
  },
  'sign-in form': {
    on: 'web',
    async before(world, browser) {
      const page = await browser.visit(authorizationUrl(world.server, world.app, wish(world)));
      return async () => seen(await browser.submit(page, '/sign-in', world.ada));
    },
  },
  'consent page': {
    on: 'web',
    async before(world, browser) {
      const url = authorizationUrl(world.server, world.app, wish(world));
      const page = await browser.submit(await browser.visit(url), '/sign-in', world.ada);
      return async () => seen(await browser.visit(page.url));
    },
  },
  'consent form': {
    on: 'web',
    async before(world, browser) {
      const url = authorizationUrl(world.server, world.app, wish(world));
      const page = await browser.submit(await browser.visit(url), '/sign-in', world.ada);
      return async () => seen(await browser.submit(page, '/consent'));
    },
  },
  'refusal of consent': {
    on: 'web',
    async before(world, browser) {
      const url = authorizationUrl(world.server, world.app, wish(world));
      const page = await browser.submit(await browser.visit(url), '/sign-in', world.ada);
      return async () => seen(await browser.submit(page, '/cancel'));
    },
  },
  'way back after consent': {
    on: 'web',
    async before(world, browser) {
      const url = authorizationUrl(world.server, world.app, wish(world));
      const page = await browser.submit(await browser.visit(url), '/sign-in', world.ada);
      const csrf = /name="csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
      const shown = /name="shown" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
      const answer = await browser.request(`${page.url}/consent`, { form: { csrf, shown } });
      return async () => seen(await browser.visit(answer.headers.get('location') ?? ''));
    },
  },
  'sign-out form': {
    on: 'web',
    async before(world, browser) {
      const { id_token = '' } = await tokensOf(world, browser);
      const page = await browser.visit(`/session/end?id_token_hint=${id_token}`);
      return async () => seen(await browser.submit(page, '/session/end/confirm', { logout: 'yes' }));
    },
  },
  'poll of a device that waits': {
    on: 'device',
    async before(world) {
      const device = await startDevice(world.server, world.app, { scope: SCOPE, resource: world.api.identifier });
      return async () => told(await poll(world.server, world.app, device));
    },
  },
  'poll of a device that is connected': {
    on: 'device',
    async before(world, browser) {
      const device = await startDevice(world.server, world.app, { scope: SCOPE, resource: world.api.identifier });
      await connect(browser, device.user_code, world.ada);
      return async () => told(await poll(world.server, world.app, device));
    },
  },
  "refresh of a device's token": {
    on: 'device',
    async before(world, browser) {
      const device = await startDevice(world.server, world.app, { scope: SCOPE, resource: world.api.identifier });
      await connect(browser, device.user_code, world.ada);
      const { refresh_token = '' } = (await poll(world.server, world.app, device)).body;
      const form = { grant_type: 'refresh_token', refresh_token, client_id: world.app.clientId };
      return async () => told(await post(world.server, '/token', form));
    },
  },
  'user code typed in': {
    on: 'device',
    async before(world, browser) {
      const device = await startDevice(world.server, world.app, { scope: SCOPE, resource: world.api.identifier });
      return async () => seen(await enterCode(browser, device.user_code));
    },
  },
  'device confirmed': {
    on: 'device',
    async before(world, browser) {
      const device = await startDevice(world.server, world.app, { scope: SCOPE, resource: world.api.identifier });
      const page = await enterCode(browser, device.user_code);
      return async () => seen(await browser.submit(page, '/device', { confirm: 'yes' }));
    },
  },
  'consent for a device': {
    on: 'device',
    async before(world, browser) {
      const device = await startDevice(world.server, world.app, { scope: SCOPE, resource: world.api.identifier });
      const asked = await browser.submit(await enterCode(browser, device.user_code), '/device', { confirm: 'yes' });
      const page = await browser.submit(asked, '/sign-in', world.ada);
      return async () => seen(await browser.submit(page, '/consent'));
    },
  },
};
