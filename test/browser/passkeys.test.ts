import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { inspect } from '../support/browser.ts';
import { useBrowser } from '../support/browsing.ts';
import { aPerson } from '../support/factories.ts';
import { authenticator, eventsAbout } from '../support/factors.ts';
import type { TestServer } from '../support/server.ts';

const browsing = useBrowser();
let server: TestServer;
beforeAll(() => {
  ({ server } = browsing);
});

/** A phone or computer that confirms who its owner is. */
async function plugIn(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

async function signIn(page: Page, to: string, { email, password }: { email: string; password: string }) {
  await page.goto(`${server.issuer}/sign-in?to=${to}`);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Looking at a page ends what was plugged in, so it comes before or after. */
it('a person sets up second factors, and signs in with a passkey from the suggestions', async () => {
  const ada = await aPerson(server.database);
  const page = await browsing.open();
  const seen: string[] = [];
  await signIn(page, '/account/security', ada);
  await page.getByRole('link', { name: /^Set up/ }).click();
  seen.push(...(await inspect(page, 'account-totp')));
  const seed = (await page.locator('pre code').first().innerText()).trim();
  await page.getByLabel('Code', { exact: true }).fill(authenticator(seed)());
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('The authenticator app is on.').waitFor();
  seen.push(...(await inspect(page, 'account-recovery-codes')));
  await page.getByRole('link', { name: 'I have kept them' }).click();
  await page.getByRole('link', { name: 'Add a passkey' }).click();
  await page.getByLabel('Name').fill('Work laptop');
  seen.push(...(await inspect(page, 'account-passkey')));
  await plugIn(page);
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await page.getByText('The passkey is added.').waitFor();
  await page.getByRole('link', { name: 'Remove Work laptop' }).waitFor();

  // The virtual authenticator picks the passkey out of the suggestions by itself.
  await page.context().clearCookies();
  await page.goto(`${server.issuer}/sign-in?to=/account/security`);
  await page.waitForURL(`${server.issuer}/account/security`);
  const events = await eventsAbout(server, ada.account.id, 'account.signed_in');
  expect(events.at(-1)?.detail).toMatchObject({ secondFactor: 'passkey' });
  seen.push(...(await inspect(page, 'account-security-factors')));
  expect(seen).toEqual([]);
});

it('a passkey is asked for by a click, and after the password', async () => {
  const ada = await aPerson(server.database);
  const page = await browsing.open();
  // As in a browser without suggestions.
  await page.addInitScript({ content: 'delete PublicKeyCredential.isConditionalMediationAvailable' });
  await page.goto(`${server.issuer}/sign-in`);
  const seen = await inspect(page, 'sign-in-passkey');
  await signIn(page, '/account/factors/passkeys', ada);
  await plugIn(page);
  await page.getByLabel('Name').fill('Phone');
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await page.getByText('The passkey is added.').waitFor();
  await page.context().clearCookies();
  await page.goto(`${server.issuer}/sign-in?to=/account`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.waitForURL(`${server.issuer}/account`);
  await page.context().clearCookies();
  await signIn(page, '/account', ada);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.waitForURL(`${server.issuer}/account`);
  await page.context().clearCookies();
  await signIn(page, '/account', ada);
  await page.getByRole('heading', { name: 'One more step' }).waitFor();
  seen.push(...(await inspect(page, 'second-step')));
  expect(seen).toEqual([]);
});
