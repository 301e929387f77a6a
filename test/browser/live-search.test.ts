import { beforeAll, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { useBrowser } from '../support/browsing.ts';
import { anApi, aPerson } from '../support/factories.ts';
import type { TestServer } from '../support/server.ts';

const browsing = useBrowser();
let server: TestServer;
beforeAll(() => {
  ({ server } = browsing);
});

it('keeps a scope that is ticked while the search for an API is under way', async () => {
  const { identifier } = await anApi(server.database, { name: 'Slowly found' });
  const person = await aPerson(server.database);
  const page = await browsing.open();
  await page.goto(`${server.issuer}/sign-in?to=/apps/new`);
  await page.getByLabel('Email address').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('Name').fill('Ticks early');
  const scope = page.locator('.offer', { hasText: identifier }).getByLabel('reports:read');
  // The list as it was answers to the click, and the answer of the server comes afterwards.
  await page.route(
    /\/apps\/new$/,
    async (route) => {
      const response = await route.fetch();
      await scope.check();
      await route.fulfill({ response });
    },
    { times: 1 },
  );
  const again = page.waitForRequest(
    (request) => /\/apps\/new$/.test(request.url()) && /scope/.test(request.postData() ?? ''),
  );
  await page.getByLabel('Search APIs').fill('slowly');
  const answer = await (await again).response();
  await answer?.finished();
  await page.getByRole('button', { name: 'Create the app' }).click();
  await page.getByRole('button', { name: 'Try it: get a real token' }).click();
  const token = (await page.getByLabel('The token').innerText()).trim();
  expect(decodeJwt(token)).toMatchObject({ aud: identifier, scope: 'reports:read' });
});
