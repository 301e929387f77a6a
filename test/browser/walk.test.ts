import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Locator, Page } from 'playwright-core';
import { createOutbox } from '../../src/mail/outbox.ts';
import { requestSubscription } from '../../src/subscriptions/requests.ts';
import { createVerifier } from '../../src/verifier/index.ts';
import { useBrowser } from '../support/browsing.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import type { TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';
import { requestToken } from '../support/tokens.ts';

/** Three people who are new here, each on one way. `npm run walk` prints what is written down here. */
const walks: { walk: string; clicks: number; seconds: number }[] = [];
const REPORT = fileURLToPath(new URL('../../test-results/walks.json', import.meta.url));

const browsing = useBrowser();
let server: TestServer;
beforeAll(() => {
  ({ server } = browsing);
});
afterAll(() => {
  mkdirSync(new URL('.', `file://${REPORT}`), { recursive: true });
  writeFileSync(REPORT, JSON.stringify(walks));
});

interface Walk {
  readonly click: (target: Locator) => Promise<void>;
  /** Ends it. @returns how many clicks it took; typing and looking are none */
  end(): number;
}

/** Begins to count. */
function begin(walk: string): Walk {
  const begun = performance.now();
  let clicks = 0;
  return {
    click(target) {
      clicks += 1;
      return target.click();
    },
    end() {
      walks.push({ walk, clicks, seconds: Math.round((performance.now() - begun) / 100) / 10 });
      return clicks;
    },
  };
}

async function arrive(path: string): Promise<Page> {
  const page = await browsing.open();
  await page.goto(server.issuer + path);
  return page;
}

async function typeIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
}

/** Someone at home, signed in before the walk begins. */
async function atHome(person: { email: string; password: string }): Promise<Page> {
  const page = await arrive('/sign-in');
  await typeIn(page, person);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${server.issuer}/`);
  return page;
}

const says = (page: Page, text: string) => page.locator('main').filter({ hasText: text }).waitFor();

describe('a walk of someone new takes few clicks:', () => {
  it('a developer with a dashboard, from home to a first token', async () => {
    await anApi(server.database, { name: 'Sales figures' });
    const page = await atHome(await aPerson(server.database));
    const { click, end } = begin('developer: home → first token');
    await click(page.getByRole('link', { name: 'Machine', exact: true }));
    await page.getByLabel('Name').fill('Dashboard');
    await page.getByLabel('Search APIs').fill('sales fig');
    await click(page.locator('.offer', { hasText: 'Sales figures' }).getByText('reports:read', { exact: true }));
    await click(page.getByRole('button', { name: 'Create the app' }));
    await click(page.getByRole('button', { name: 'Try it: get a real token' }));
    const token = (await page.getByLabel('The token').innerText()).trim();
    expect(end()).toBe(4);
    expect(decodeJwt(token).scope).toBe('reports:read');
  });

  it('an API owner, from home to an API that is seen to be protected', async () => {
    const team = await aTeam(server, 'Ledger');
    const page = await atHome(await aMember(server, { team: team.id, role: 'owner' }));
    const identifier = 'https://ledger.example.com';
    const { click, end } = begin('API owner: home → published → protected');
    await click(page.getByRole('link', { name: 'APIs', exact: true }));
    await click(page.getByRole('link', { name: 'Publish an API' }).first());
    await page.getByLabel('Identifier').fill(identifier);
    await page.getByLabel('Name', { exact: true }).fill('Ledger');
    await page.getByLabel('Scope 1', { exact: true }).fill('ledger:read');
    await page.getByLabel('What it allows (scope 1)').fill('Read the ledger');
    await click(page.getByRole('button', { name: 'Publish the API' }));
    await says(page, 'waiting');
    // The API starts with what the page shows, and somebody calls it.
    const subscriptions = [{ api: identifier, scopes: ['ledger:read'] }];
    const caller = await aClient(server.database, { type: 'machine', subscriptions });
    const { body } = await requestToken(server, caller, { resource: identifier });
    const verifier = createVerifier({ issuer: server.issuer, audience: identifier });
    await verifier.verify(String(body.access_token));
    await says(page, 'has fetched keys, and follows what is revoked');
    verifier.close();
    expect(end()).toBe(3);
  });

  it('an operator, from home to someone who has joined and a request that is approved', async () => {
    const { db } = server.database;
    const scopes = [{ name: 'payroll:read', description: 'Read wages', needsApproval: true }];
    const api = await anApi(server.database, { name: 'Payroll', scopes });
    const app = await aClient(server.database, { type: 'machine', name: 'Wages board' });
    const asked = { clientId: app.clientId, api: api.identifier, scopes: ['payroll:read'], reason: 'For the board.' };
    await requestSubscription(db, createOutbox(server.secrets.masterKeys, server.issuer), asked, {
      actor: { type: 'operator' },
      now: new Date(),
    });
    const page = await atHome(await aMember(server, { platform: 'admin' }));
    const { click, end } = begin('operator: home → invited → joined → approved');
    await click(page.getByRole('link', { name: 'Operator', exact: true }));
    const email = 'grace@example.com';
    await page.getByLabel('Email address').fill(email);
    await click(page.getByRole('button', { name: 'Invite' }));
    const [link = ''] = await page.locator('.copy pre').allInnerTexts();

    const newcomer = await arrive(link.replace(server.issuer, ''));
    await click(newcomer.getByRole('button', { name: 'Continue' }));
    const password = 'correct horse battery staple';
    await newcomer.getByLabel('Your name').fill('Grace Hopper');
    await newcomer.getByLabel('Password', { exact: true }).fill(password);
    await click(newcomer.getByRole('button', { name: 'Create the account' }));
    await click(newcomer.getByRole('link', { name: 'Sign in' }));
    await typeIn(newcomer, { email, password });
    await click(newcomer.getByRole('button', { name: 'Sign in', exact: true }));
    await newcomer.getByRole('link', { name: 'Teams', exact: true }).waitFor();

    await click(page.getByRole('link', { name: 'Approvals' }));
    await says(page, 'For the board.');
    await click(page.getByRole('button', { name: 'Approve' }));
    await page.getByRole('status').waitFor();
    expect(end()).toBe(8);
  });
});
