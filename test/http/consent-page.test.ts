import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { updateClient } from '../../src/clients/update-client.ts';
import { allow, boxesOn } from '../support/consent.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { unescapeHtml } from '../support/html.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());

const named = (names: string[]) => names.map((name) => ({ name, description: `To ${name}` }));
async function aWorld(more: Partial<Parameters<typeof aClient>[1]> = {}, names = ['read', 'write']) {
  const api = await anApi(server.database, { name: 'Ledger', scopes: named(names) });
  const subscriptions = [{ api: api.identifier, scopes: names }];
  return { api, app: await aClient(server.database, { type: 'web', subscriptions, ...more }) };
}
type World = Awaited<ReturnType<typeof aWorld>>;

const ask = (browser: Person, { app, api }: World, scope: string, more: Record<string, string> = {}) =>
  browser.visit(authorizationUrl(server, app, { scope, resource: api.identifier, ...more }));

async function open(world: World, scope: string) {
  const browser = new Person(server.issuer);
  return { browser, page: await browser.submit(await ask(browser, world, scope), '/sign-in', ada) };
}

/** What one reads, a line for each part of the page. */
const read = ({ text }: { text: string }) =>
  unescapeHtml(text.replace(/<(?:bdi|strong|a|span|svg|use|path)[^>]*>|<\/(?:bdi|strong|a|span|svg|use|path)>/g, ''))
    .split(/<[^>]+>/)
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter(Boolean);

describe('the consent page', () => {
  it('says what of the API is not in it, and bounds that', async () => {
    const few = await open(await aWorld(), 'openid read');
    expect(read(few.page)).toContain('Not: To write');
    const all = await open(await aWorld(), 'openid read write');
    expect(all.page.text).not.toContain('Not:');
    const names = ['read', ...Array.from({ length: 9 }, (_, index) => `${index}${'x'.repeat(90)}`)];
    const many = await open(await aWorld({}, names), 'openid read');
    const line = read(many.page).find((text) => text.startsWith('Not:')) ?? '';
    expect(line).toMatch(/^Not: To 0x+… · To 1x+… · To 2x+… and 6 things more$/);
    expect(line.length).toBeLessThan(290);
  });

  it.each([
    ['openid read', {}, ['While you use the app and are signed in here, it gets access for 5 minutes at a time.']],
    [
      'openid read offline_access',
      {},
      ['The app keeps this access for 90 days at most, and for 14 days after it used it last. Then you sign in again.'],
    ],
    [
      'openid read offline_access',
      { optionalScopes: ['offline_access'] },
      [
        'it gets access for 5 minutes at a time.',
        'If you tick that, it keeps this access while you are away for 90 days at most, and for 14 days after it used it last.',
      ],
    ],
  ])('says for how long, and where it is ended: %s %j', async (scope, more, said) => {
    const { page } = await open(await aWorld(more), scope);
    const lines = read(page).join('\n');
    for (const sentence of said) expect(lines).toContain(sentence);
    expect(lines).toContain('You are asked again only when it wants more.');
    expect(lines).toContain('End it at any time: in your account, at Connected apps.');
    expect(page.text).toContain('<a href="/account/apps">');
  });

  it('shows what is new apart from what was agreed to earlier, and boxes as they were left', async () => {
    const world = await aWorld({ optionalScopes: ['write'] });
    const { browser, page } = await open(world, 'openid read');
    await allow(browser, page, []);
    const more = await ask(browser, world, 'openid email read write');
    const lines = read(more);
    const at = (line: string) => lines.findIndex((one) => one.startsWith(line));
    const [added, second, earlier] = [at('See your email address'), at('To write'), at('You agreed to this earlier')];
    expect(lines.some((line) => line.startsWith('New. '))).toBe(true);
    expect([added, second].every((index) => index > 0 && index < earlier)).toBe(true);
    expect([at('Know who you are'), at('To read')].every((index) => index > earlier)).toBe(true);
    await allow(browser, more, [`${world.api.identifier} write`]);
    const again = await ask(browser, world, 'openid email read write', { prompt: 'consent' });
    expect(again.text).not.toContain('You agreed to this earlier');
    expect(boxesOn(again)).toEqual({ [`${world.api.identifier} write`]: true });
  });
});

describe('an app for which people are asked each time', () => {
  it('shows the page again, keeps what was agreed to, and tells prompt=none that consent is needed', async () => {
    const world = await aWorld({ askEachTime: true });
    const { browser, page } = await open(world, 'openid read');
    expect(read(page).join('\n')).toContain('You are asked each time that you sign in to it.');
    expect((await allow(browser, page, [])).leftTo?.searchParams.has('code')).toBe(true);
    const again = await ask(browser, world, 'openid read');
    expect(again.text).toContain('/consent"');
    const silent = await ask(browser, world, 'openid read', { prompt: 'none' });
    expect(silent.leftTo?.searchParams.get('error')).toBe('consent_required');
    await updateClient(
      server.database.db,
      { clientId: world.app.clientId, changes: { askEachTime: false } },
      byOperator(),
    );
    expect((await ask(browser, world, 'openid read')).leftTo?.searchParams.has('code')).toBe(true);
  });

  it('is not asked about when it is of the first party', async () => {
    const world = await aWorld({ askEachTime: true, firstParty: true });
    const { page } = await open(world, 'openid read');
    expect(page.leftTo?.searchParams.has('code')).toBe(true);
  });
});
