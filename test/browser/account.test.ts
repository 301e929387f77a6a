import { beforeAll, expect, it } from '@jest/globals';
import { inspect } from '../support/browser.ts';
import { useBrowser } from '../support/browsing.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { signIn } from '../support/relying-app.ts';
import type { TestServer } from '../support/server.ts';

const browsing = useBrowser();
let server: TestServer;
beforeAll(() => {
  ({ server } = browsing);
});

it('a person looks after their account: sessions, an app that is disconnected, the password', async () => {
  const ada = await aPerson(server.database);
  const api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read', 'reports:write'] }];
  const app = await aClient(server.database, { type: 'web', name: 'Grafana', subscriptions });
  const scope = 'openid profile email offline_access reports:read reports:write';
  await signIn(server, app, ada, { parameters: { scope, prompt: 'consent', resource: api.identifier } });
  await aVisitor(server, ada);
  const page = await browsing.open();
  await page.goto(`${server.issuer}/account`);
  await page.getByLabel('Email address').fill(ada.email);
  await page.getByLabel('Password', { exact: true }).fill(ada.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${server.issuer}/account`);
  const seen: string[] = [];
  for (const [link, name] of [
    ['Overview', 'overview'],
    ['Sessions', 'sessions'],
    ['Connected apps', 'apps'],
    ['Profile', 'profile'],
    ['Security', 'security'],
  ] as const) {
    await page.getByRole('navigation', { name: 'Your account' }).getByRole('link', { name: link }).click();
    seen.push(...(await inspect(page, `account-${name}`)));
  }
  await page.getByRole('link', { name: 'Change password' }).click();
  seen.push(...(await inspect(page, 'account-password')));
  await page.getByLabel('Current password').fill(ada.password);
  await page.getByLabel('New password').fill('seven hills behind the harbor');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Your password is changed.').waitFor();
  await page.getByRole('link', { name: 'Sessions' }).click();
  expect(await page.getByRole('button', { name: /Sign out there/ }).count()).toBe(0);
  expect(seen).toEqual([]);
});
