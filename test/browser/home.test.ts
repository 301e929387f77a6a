import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { inspect } from '../support/browser.ts';
import { useBrowser } from '../support/browsing.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import type { TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';
import { requestToken } from '../support/tokens.ts';
import { aCount, give } from '../support/usage.ts';

const browsing = useBrowser();
let server: TestServer;
let world: Awaited<ReturnType<typeof aBusyTeam>>;

beforeAll(async () => {
  ({ server } = browsing);
  world = await aBusyTeam();
});

const DAY = 86_400_000;

/** A team with what can happen to one: apps that run well and badly, an end ahead, requests both ways, changes. */
async function aBusyTeam() {
  const { database } = server;
  const { db } = database;
  const [team, others] = [await aTeam(server, 'Reporting'), await aTeam(server, 'Payroll')];
  const developer = await aMember(server, { team: team.id });
  const api = await anApi(database, { name: 'Reports' });
  const payroll = await anApi(database, { name: 'Payroll' });
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const named = (name: string) => aClient(database, { type: 'machine', name, subscriptions });
  const [sales, nightly, old] = [
    await named('Sales dashboard'),
    await named('Nightly export'),
    await named('Old importer'),
  ];
  const guest = await named('Board pack');
  for (const app of [sales, nightly, old]) await give(server, team.id, app);
  await give(server, others.id, { ...guest, apiId: payroll.id });
  await give(server, team.id, { apiId: api.id });
  for (let hour = 0; hour < 168; hour += 1) {
    const wave = Math.round(400 + 300 * Math.sin(hour / 4));
    await aCount(server, { ...sales, apiId: api.id, count: wave, hoursAgo: hour });
    if (hour % 24 === 3) await aCount(server, { ...nightly, apiId: api.id, count: 40, hoursAgo: hour });
  }
  await aCount(server, { ...sales, apiId: api.id, count: 37, hoursAgo: 50, outcome: 'invalid_scope' });
  await aCount(server, { ...nightly, count: 31, hoursAgo: 3, outcome: 'invalid_client' });
  await db
    .updateTable('client_secrets')
    .set({ expires_at: new Date(Date.now() + 9.5 * DAY) })
    .where('client_id', '=', sales.clientId)
    .execute();
  await db
    .updateTable('clients')
    .set({ disabled_at: new Date(Date.now() - 3.2 * DAY) })
    .where('id', '=', old.clientId)
    .execute();
  const pending = {
    scopes: [],
    state: 'pending' as const,
    created_at: new Date(),
    pending_at: new Date(Date.now() - 2 * DAY),
  };
  await db
    .insertInto('subscriptions')
    .values({ ...pending, client_id: sales.clientId, api_id: payroll.id, pending_scopes: ['reports:read'] })
    .execute();
  await db
    .updateTable('subscriptions')
    .set({ pending_scopes: ['reports:write'], pending_reason: 'Figures for the board', pending_at: pending.pending_at })
    .where('client_id', '=', guest.clientId)
    .execute();
  const event = { at: new Date(Date.now() - 3600_000), account_id: null, ip: null, request_id: null };
  await db
    .insertInto('audit_events')
    .values([
      {
        ...event,
        client_id: sales.clientId,
        type: 'client.secret_rotated',
        actor_type: 'account',
        actor_id: developer.account.id,
        detail: '{}',
      },
      {
        ...event,
        client_id: old.clientId,
        type: 'client.disabled',
        actor_type: 'operator',
        actor_id: null,
        detail: '{"reason":"replaced"}',
      },
    ])
    .execute();
  return { developer, sales, api };
}

/** A browser with someone signed in. */
async function open(person: { email: string; password: string }): Promise<Page> {
  const page = await browsing.open();
  await page.goto(`${server.issuer}/sign-in`);
  await page.getByLabel('Email address').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).innerText();

describe('the home page in a browser', () => {
  it('leads someone new to a team and an app', async () => {
    const page = await open(await aPerson(server.database));
    expect(await heading(page)).toBe('Welcome, Ada Lovelace');
    expect(await inspect(page, 'home-empty')).toEqual([]);
    await page.getByRole('link', { name: 'Start a team' }).click();
    expect(await heading(page)).toBe('New team');
  });

  it('says what needs one, and leads to the reason of a failure', async () => {
    const page = await open(world.developer);
    expect(await heading(page)).toBe('4 things need you.');
    expect(await inspect(page, 'home-full')).toEqual([]);
    await page.getByRole('link', { name: 'See why' }).click();
    expect(await page.getByRole('link', { name: 'Activity' }).getAttribute('aria-current')).toBe('page');
  });
});

describe('requests and usage in a browser', () => {
  it('show the chart, and each failure with what to do', async () => {
    const { sales, developer } = world;
    await requestToken(server, { ...sales, clientSecret: 'lks_mistyped' });
    await requestToken(server, sales, { scope: 'reports:write' });
    await requestToken(server, sales);
    await server.app.usage.flush();
    const page = await open(developer);
    await page.goto(`${server.issuer}/apps/${sales.clientId}`);
    await page.getByRole('link', { name: 'Activity', exact: true }).click();
    expect(await page.getByRole('img', { name: /of them failed/ }).count()).toBe(1);
    expect(await page.locator('main').innerText()).toContain('The secret is not one of this app’s live secrets');
    expect(await inspect(page, 'requests')).toEqual([]);
    await page.getByRole('link', { name: '30 days' }).click();
    await page.getByText('As a table').click();
    expect(await inspect(page, 'requests-table')).toEqual([]);
  });

  it('show the owner of an API who uses it', async () => {
    const page = await open(world.developer);
    await page.goto(`${server.issuer}/apis/${world.api.id}/usage`);
    expect(await page.getByRole('row', { name: /Sales dashboard/ }).count()).toBe(1);
    expect(await inspect(page, 'api-usage')).toEqual([]);
  });
});

describe('the token inspector in a browser', () => {
  it('says why a token would be denied', async () => {
    const { sales, developer, api } = world;
    const token = String((await requestToken(server, sales)).body.access_token);
    const page = await open(developer);
    await page.getByRole('link', { name: 'Inspector' }).click();
    expect(await inspect(page, 'inspector-empty')).toEqual([]);
    await page.getByLabel('Token', { exact: true }).fill(`Authorization: Bearer ${token}`);
    await page.getByRole('button', { name: 'Look at it' }).click();
    expect(await page.getByRole('status').innerText()).toContain(`${api.identifier} would take it.`);
    expect(await inspect(page, 'inspector-good')).toEqual([]);
    await page.getByLabel('Scope that the call needs').fill('reports:write');
    await page.getByRole('button', { name: 'Look at it' }).click();
    expect(await page.getByRole('status').innerText()).toContain('Scope in the token');
    expect(await inspect(page, 'inspector-denied')).toEqual([]);
    await page.getByLabel('Token', { exact: true }).fill(sales.clientSecret);
    await page.getByRole('button', { name: 'Look at it' }).click();
    expect(await page.locator('main').innerText()).toContain('Whoever has it is the app.');
    expect(await page.content()).not.toContain(sales.clientSecret);
    expect(await inspect(page, 'inspector-secret')).toEqual([]);
  });
});
