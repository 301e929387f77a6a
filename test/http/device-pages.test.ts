import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, enterCode, poll, startDevice } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;
let app: Awaited<ReturnType<typeof aClient>>;

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  ada = await aPerson(server.database);
  app = await aClient(server.database, {
    type: 'device',
    name: 'TV <of> Bob & Co',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });
});
afterAll(() => server.stop());

const aBrowser = () => new Person(server.issuer);
const forApi = () => ({ scope: 'openid offline_access reports:read', resource: api.identifier });
const xsrfOf = (text: string) => /name="xsrf" value="([^"]+)"/.exec(text)?.[1] ?? '';

describe('the page that a code is entered on', () => {
  it.each([
    ['in small letters, with spaces', (code: string) => code.toLowerCase().replaceAll('-', ' ')],
    ['without dashes', (code: string) => code.replaceAll('-', '')],
    ['with other dashes and around spaces', (code: string) => ` ${code.replaceAll('-', '–')}. `],
  ])('H06: takes it %s', async (_how, typed) => {
    const device = await startDevice(server, app);
    const page = await enterCode(aBrowser(), typed(device.user_code));
    expect(page.text).toContain(`<p class="user-code">${device.user_code}</p>`);
  });

  it('H06: has no letter or digit that could be taken for another', async () => {
    const devices = await Promise.all(Array.from({ length: 60 }, () => startDevice(server, app)));
    const letters = new Set(devices.map(({ user_code }) => user_code.replaceAll('-', '')).join(''));
    expect([...letters].sort().join('')).toBe('BCDFGHJKLMNPQRSTVWXZ');
  });

  it('H07: takes no form that was not sent from it', async () => {
    const device = await startDevice(server, app);
    const browser = aBrowser();
    const { text } = await browser.visit('/device');
    const form = { user_code: device.user_code };
    for (const xsrf of [{}, { xsrf: 'x'.repeat(48) }] as Record<string, string>[]) {
      const forged = await browser.request('/device', { form: { ...form, ...xsrf } });
      expect(forged.status).toBe(400);
      expect(await forged.text()).toContain('This form has expired.');
    }
    const stranger = await aBrowser().request('/device', { form: { ...form, xsrf: xsrfOf(text) } });
    expect(stranger.status).toBe(403);
  });

  it('H07: takes no confirmation that was not sent from the page before it', async () => {
    const device = await startDevice(server, app);
    const browser = aBrowser();
    await enterCode(browser, device.user_code);
    const form = { user_code: device.user_code, confirm: 'yes' };
    expect((await browser.request('/device', { form })).status).toBe(400);
    expect((await browser.request('/device', { form: { ...form, xsrf: 'x' } })).status).toBe(400);
    expect((await poll(server, app, device)).body.error).toBe('authorization_pending');
  });

  it('says what is wrong with a code', async () => {
    const browser = aBrowser();
    expect((await enterCode(browser, '')).text).toContain('Enter the code that your device shows.');
    const unknown = await enterCode(browser, 'BCD-FGH-JKL');
    expect([unknown.response.status, unknown.text]).toEqual([400, expect.stringContaining('No device is waiting')]);
    expect(unknown.text).toContain('value="BCD-FGH-JKL"');
    const right = await startDevice(server, app);
    const corrected = await browser.submit(unknown, '/device', { user_code: right.user_code });
    expect(corrected.text).toContain('Go on only if you started this');
    const used = await startDevice(server, app);
    await connect(browser, used.user_code, ada);
    expect((await enterCode(aBrowser(), used.user_code)).text).toContain('it is used up');
    const late = await startDevice(server, app);
    controlTime();
    try {
      travel(601);
      expect((await enterCode(aBrowser(), late.user_code)).text).toContain('This code has expired.');
    } finally {
      releaseTime();
    }
  });

  it.each([
    ['GET', 400],
    ['POST', 404],
  ])('answers with a page also when addresses below it are made up: %s', async (method, status) => {
    const page = await aBrowser().request('/device/made-up', { method, ...(method === 'POST' ? { form: {} } : {}) });
    expect(page.status).toBe(status);
  });
});

describe('the page that a code is confirmed on', () => {
  it('H05: shows the code, the app, what it will get, a warning, and how to deny', async () => {
    const device = await startDevice(server, app, forApi());
    const { text } = await enterCode(aBrowser(), device.user_code);
    for (const part of [
      device.user_code,
      'TV &lt;of&gt; Bob &amp; Co',
      'May reports:read',
      'Know who you are',
      'Also while you are away.',
      'Go on only if you started this',
      '<button type="submit" name="abort" value="yes">Deny</button>',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('You are signed in as');
  });

  it('H05: comes also after the address that has the code in it', async () => {
    const browser = aBrowser();
    const device = await startDevice(server, app);
    const entered = await browser.visit(device.verification_uri_complete);
    expect(entered.text).toContain(`value="${device.user_code}"`);
    expect(entered.text).toContain('<button type="submit" class="primary">Continue</button>');
    expect(entered.response.headers.get('content-security-policy')).not.toMatch(/sha256|unsafe/);
    const confirm = await browser.submit(entered, '/device', { user_code: device.user_code });
    expect(confirm.text).toContain('Go on only if you started this');
    expect((await poll(server, app, device)).body.error).toBe('authorization_pending');
  });

  it('H05: is not left out for someone who is signed in and has agreed before', async () => {
    const browser = aBrowser();
    await connect(browser, (await startDevice(server, app)).user_code, ada);
    const device = await startDevice(server, app);
    const confirm = await enterCode(browser, device.user_code);
    expect(confirm.text).toContain('You are signed in as');
    expect((await poll(server, app, device)).body.error).toBe('authorization_pending');
    const done = await browser.submit(confirm, '/device', { confirm: 'yes' });
    expect(done.text).toContain('is connected');
  });

  it('denies, and the device is told so, before and after signing in', async () => {
    const atOnce = await startDevice(server, app);
    const browser = aBrowser();
    const denied = await browser.submit(await enterCode(browser, atOnce.user_code), '/device', { abort: 'yes' });
    expect([denied.response.status, denied.text]).toEqual([200, expect.stringContaining('Nothing was connected')]);
    expect((await poll(server, app, atOnce)).body.error).toBe('access_denied');
    expect((await enterCode(aBrowser(), atOnce.user_code)).text).toContain('it is used up');

    for (const stop of ['sign-in', 'consent']) {
      const other = await aPerson(server.database);
      const device = await startDevice(server, app, forApi());
      const visitor = aBrowser();
      const confirm = await enterCode(visitor, device.user_code);
      let page = await visitor.submit(confirm, '/device', { confirm: 'yes' });
      if (stop === 'consent') page = await visitor.submit(page, '/sign-in', other);
      expect(page.text).toContain(stop === 'consent' ? 'your device is told what you decide' : 'name="password"');
      expect((await visitor.submit(page, '/cancel')).text).toContain('Nothing was connected');
      expect((await poll(server, app, device)).body.error).toBe('access_denied');
    }
  });

  it('goes on for one of two who have the same code', async () => {
    const device = await startDevice(server, app);
    const people = [aBrowser(), aBrowser()];
    const pages = await Promise.all(people.map((person) => enterCode(person, device.user_code)));
    const next = await Promise.all(
      people.map((person, i) => person.submit(pages[i] as never, '/device', { confirm: 'yes' })),
    );
    expect(next.map(({ text }) => text.includes('name="password"')).sort()).toEqual([false, true]);
    expect(next.some(({ text }) => text.includes('it is used up'))).toBe(true);
  });

  it('has the headers of a page, and nothing inline', async () => {
    const browser = aBrowser();
    const device = await startDevice(server, app);
    for (const page of [await browser.visit('/device'), await enterCode(browser, device.user_code)]) {
      const { headers } = page.response;
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(page.text).not.toMatch(/<script>|<style|style=|onfocus|fonts\.googleapis/);
    }
  });

  it('keeps ids and codes out of the log', async () => {
    const device = await startDevice(server, app);
    await connect(aBrowser(), device.user_code, ada);
    const log = server.logged.join('');
    expect(log).toContain('"path":"/device/…"');
    for (const value of [device.user_code, device.user_code.replaceAll('-', ''), device.device_code]) {
      expect(log).not.toContain(value);
    }
  });
});
