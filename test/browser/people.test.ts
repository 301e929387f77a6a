import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { inspect } from '../support/browser.ts';
import { useBrowser } from '../support/browsing.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { aGroup, anApiWithRoles, aRole } from '../support/roles.ts';
import type { TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';

const browsing = useBrowser();
let server: TestServer;
beforeAll(() => {
  ({ server } = browsing);
});

type Someone = { email: string; password: string };

async function arrive(options: BrowserContextOptions = {}): Promise<Page> {
  return browsing.open(options);
}

async function signIn(page: Page, { email, password }: Someone): Promise<void> {
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Someone who is signed in, at a page of the portal. */
async function openAs(someone: Someone, path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await arrive(options);
  await page.goto(server.issuer + path);
  await signIn(page, someone);
  await page.waitForURL(server.issuer + path);
  return page;
}

const done = (page: Page) => page.getByRole('status').first().innerText();

/** A team with people of every role, an app and an API. */
async function aBusyTeam(name: string) {
  const team = await aTeam(server, name);
  const { db } = server.database;
  const owner = await aMember(server, { team: team.id, role: 'owner' });
  const others = [await aMember(server, { team: team.id }), await aMember(server, { team: team.id, role: 'viewer' })];
  for (const [i, person] of others.entries()) {
    const called = ['Wolfeschlegelsteinhausenbergerdorff the Elder', 'Margaret Hamilton'][i] ?? '';
    await db.updateTable('accounts').set({ name: called }).where('id', '=', person.account.id).execute();
  }
  const app = await aClient(server.database, { type: 'machine', name: 'Nightly figures' });
  await db.updateTable('clients').set({ team_id: team.id }).where('id', '=', app.clientId).execute();
  const api = await anApi(server.database, { name: 'Reports' });
  await db.updateTable('apis').set({ team_id: team.id }).where('id', '=', api.id).execute();
  return { team, owner, href: `/teams/${team.id}` };
}

describe('a team', () => {
  it('is looked after by its owner: roles, invitations, a new name, its end', async () => {
    const { owner, href } = await aBusyTeam('Reporting');
    const page = await openAs(owner, href);
    expect(await inspect(page, 'team')).toEqual([]);

    await page.getByLabel('Role of Margaret Hamilton').selectOption('developer');
    await page
      .getByRole('row', { name: /Margaret Hamilton/ })
      .getByRole('button', { name: 'Save' })
      .click();
    expect(await done(page)).toBe('The role is changed.');

    await page.getByRole('link', { name: 'Remove Margaret Hamilton' }).click();
    expect(await inspect(page, 'team-remove-member')).toEqual([]);
    await page.getByRole('button', { name: 'Remove from the team' }).click();
    expect(await page.locator('main').innerText()).not.toContain('Margaret');

    await page.getByLabel('Email address').fill('grace@example.com');
    await page.locator('#role').selectOption('viewer');
    await page.getByRole('button', { name: 'Invite' }).click();
    expect(await page.locator('pre').first().innerText()).toContain(`${server.issuer}/join#code=lki_`);
    expect(await inspect(page, 'team-invited')).toEqual([]);
    await page.getByRole('button', { name: 'Withdraw that of grace@example.com' }).click();
    expect(await done(page)).toContain('withdrawn');

    await page.getByRole('link', { name: 'Rename' }).click();
    await page.getByLabel('Name').fill('Reporting and figures');
    await page.getByRole('button', { name: 'Rename' }).click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Reporting and figures');

    await page.getByRole('link', { name: 'Delete the team' }).click();
    await page.getByLabel('To confirm, type').fill('Reporting and figures');
    await page.getByRole('button', { name: 'Delete the team' }).click();
    expect(await page.getByRole('alert').innerText()).toContain('still has apps or APIs');
    expect(await inspect(page, 'team-not-deleted')).toEqual([]);
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'Leave the team' }).click();
    await page.getByRole('button', { name: 'Leave the team' }).click();
    expect(await page.getByRole('alert').innerText()).toContain('last owner');
  });

  it('is suspended by an admin, who says why, and resumed', async () => {
    const { href } = await aBusyTeam('Suspects');
    const admin = await aMember(server, { platform: 'admin' });
    const page = await openAs(admin, '/operator/teams');
    expect(await inspect(page, 'operator-teams')).toEqual([]);
    await page.getByLabel('Name').fill('suspec');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: 'Suspects' }).click();
    await page.waitForURL(server.issuer + href);
    await page.getByRole('link', { name: 'Suspend the team' }).click();
    expect(await inspect(page, 'team-suspend')).toEqual([]);
    await page.getByLabel('Reason').fill('Its key was found in a public repository.');
    await page.getByRole('button', { name: 'Suspend the team' }).click();
    expect(await page.getByRole('alert').innerText()).toContain('found in a public repository');
    expect(await inspect(page, 'team-suspended')).toEqual([]);
    await page.getByRole('link', { name: 'Resume the team' }).click();
    await page.getByRole('button', { name: 'Resume the team' }).click();
    expect(await done(page)).toBe('The team works again.');
  });
});

/** Invites from the page of a team. @returns what the page shows once */
async function inviteTo(href: string, owner: Someone, email: string) {
  const page = await openAs(owner, href);
  await page.getByLabel('Email address').fill(email);
  await page.getByRole('button', { name: 'Invite' }).click();
  const [link, code] = await page.locator('.copy pre').allInnerTexts();
  return { link: link ?? '', code: code ?? '' };
}

describe('somebody who is invited', () => {
  it('follows the link, whose code never leaves the browser in an address, and makes an account', async () => {
    const { href, owner, team } = await aBusyTeam('Newcomers');
    const { link, code } = await inviteTo(href, owner, 'newcomer@example.com');
    const page = await arrive();
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    await page.goto(link);
    expect(page.url()).toBe(`${server.issuer}/join`);
    expect(await page.getByLabel('Code').inputValue()).toBe(code);
    expect(await inspect(page, 'join')).toEqual([]);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('Your name').fill('Grace Hopper');
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
    expect(await inspect(page, 'join-account')).toEqual([]);
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.waitForURL(`${server.issuer}/join/done`);
    expect(await inspect(page, 'join-done')).toEqual([]);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, { email: 'newcomer@example.com', password: 'correct horse battery staple' });
    await page.waitForURL(`${server.issuer}/teams`);
    expect(await page.getByRole('link', { name: team.name }).count()).toBe(1);
    // The fragment is the browser's own; no request has it in its address.
    expect(addresses.filter((address) => address.replace(/#.*/, '').includes(code))).toEqual([]);
  });

  it('pastes the code where there is no JavaScript', async () => {
    const { href, owner } = await aBusyTeam('Plain');
    const { code } = await inviteTo(href, owner, 'plain@example.com');
    const page = await arrive({ javaScriptEnabled: false });
    await page.goto(`${server.issuer}/join`);
    await page.getByLabel('Code').fill('lki_wrong');
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await page.getByRole('alert').innerText()).toContain('This code opens nothing');
    await page.getByLabel('Code').fill(code);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('Your name').fill('Plain Jane');
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.waitForURL(`${server.issuer}/join/done`);
  });

  it('and has an account accepts with one click', async () => {
    const { href, owner, team } = await aBusyTeam('Clickers');
    const person = await aPerson(server.database);
    const { link } = await inviteTo(href, owner, person.email);
    const page = await arrive();
    await page.goto(link);
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await inspect(page, 'join-sign-in')).toEqual([]);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, person);
    await page.waitForURL(`${server.issuer}/teams`);
    expect(await inspect(page, 'teams-invited')).toEqual([]);
    await page.getByRole('button', { name: 'Accept' }).click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(team.name);
    expect(await inspect(page, 'team-as-developer')).toEqual([]);
  });
});

describe('who looks after the server', () => {
  it('finds people, lets more in, and says what they may do', async () => {
    const admin = await aMember(server, { platform: 'admin' });
    const email = 'found.by.search@example.com';
    const person = await aPerson(server.database, { name: 'Katherine Johnson', email });
    const api = await anApiWithRoles(server.database);
    const role = await aRole(server.database, api.id, ['reports:write'], 'Controller');
    await aGroup(server.database, [person.account.id], role.id);
    const page = await openAs(admin, '/operator/people');
    expect(await inspect(page, 'operator-people')).toEqual([]);
    await page.getByLabel('Email address').fill('annie@example.com');
    await page.getByRole('button', { name: 'Invite' }).click();
    expect(await inspect(page, 'operator-invited')).toEqual([]);

    await page.getByLabel('Name or address').fill('found.by');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: 'Katherine Johnson' }).click();
    expect(await page.locator('main').innerText()).toContain('Controller of Reports');
    expect(await inspect(page, 'operator-person')).toEqual([]);
    await page.getByRole('link', { name: 'Delete' }).click();
    expect(await inspect(page, 'operator-person-delete')).toEqual([]);
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Katherine Goble');
    await page.getByRole('button', { name: 'Save name and address' }).click();
    expect(await done(page)).toBe('Name and address are saved.');
    await page.getByLabel('Beyond their teams, they').selectOption('auditor');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    expect(await done(page)).toBe('The role is changed.');
    await page.getByRole('link', { name: 'Disable' }).click();
    expect(await inspect(page, 'operator-disable')).toEqual([]);
    await page.getByLabel('Reason').fill('Has left the company.');
    await page.getByRole('button', { name: 'Disable' }).click();
    expect(await inspect(page, 'operator-person-disabled')).toEqual([]);
    await page.getByRole('button', { name: 'Enable' }).click();
    expect(await done(page)).toBe('They can sign in again.');
  });

  it('makes groups', async () => {
    const admin = await aMember(server, { platform: 'admin' });
    const person = await aPerson(server.database, { name: 'Dorothy Vaughan' });
    const page = await openAs(admin, '/operator/groups');
    await page.getByLabel('Name').last().fill('Computers');
    await page.getByRole('button', { name: 'Create the group' }).click();
    await page.getByLabel('Email address').fill(person.email);
    await page.getByRole('button', { name: 'Add' }).click();
    expect(await inspect(page, 'operator-group')).toEqual([]);
    await page.getByRole('link', { name: 'Groups' }).last().click();
    expect(await inspect(page, 'operator-groups')).toEqual([]);
  });
});

describe('roles', () => {
  it('are made by developers of the API, given and taken away', async () => {
    const team = await aTeam(server, 'Ledger');
    const api = await anApiWithRoles(server.database);
    await server.database.db.updateTable('apis').set({ team_id: team.id }).where('id', '=', api.id).execute();
    const developer = await aMember(server, { team: team.id });
    const person = await aPerson(server.database, { name: 'Mary Jackson' });
    const member = { team_id: team.id, account_id: person.account.id, role: 'viewer' as const };
    await server.database.db
      .insertInto('team_members')
      .values({ ...member, created_at: new Date() })
      .execute();
    await aGroup(server.database, [person.account.id]);
    const page = await openAs(developer, `/apis/${api.id}/roles`);
    await page.getByLabel('Name').fill('Controller');
    await page.getByLabel('Description').fill('Closes the books of a month.');
    await page.getByRole('checkbox', { name: /reports:write/ }).check();
    expect(await inspect(page, 'roles-new')).toEqual([]);
    await page.getByRole('button', { name: 'Create the role' }).click();
    await page.getByLabel('Give it to the person with this address').fill(person.email);
    await page.getByRole('button', { name: 'Give the role' }).first().click();
    await page.getByRole('button', { name: 'Give the role' }).last().click();
    expect(await done(page)).toBe('The group has the role.');
    expect(await inspect(page, 'role')).toEqual([]);
    await page.getByRole('button', { name: 'Take away from Mary Jackson' }).click();
    expect(await done(page)).toContain('The role is taken away.');
    await page.getByRole('link', { name: 'Roles' }).click();
    expect(await inspect(page, 'roles')).toEqual([]);
  });

  it('that are missing are told of before anyone is asked to agree', async () => {
    const api = await anApiWithRoles(server.database);
    const app = await aClient(server.database, {
      type: 'web',
      name: 'Team Dashboard',
      redirectUris: [`${server.issuer}/join`],
      subscriptions: [{ api: api.identifier, scopes: ['reports:write'] }],
    });
    const request = { scope: 'reports:write', resource: api.identifier, redirect_uri: `${server.issuer}/join` };
    const page = await arrive();
    await page.goto(authorizationUrl(server, app, { ...request, nonce: undefined }));
    await signIn(page, await aPerson(server.database));
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('You have no role for this');
    expect(await inspect(page, 'role-missing')).toEqual([]);
    await page.getByRole('button', { name: 'Go back to the app' }).click();
    await page.waitForURL(/error=access_denied/);
  });
});

describe('choosing an account', () => {
  it('shows who is signed in, and lets somebody else sign in', async () => {
    const app = await aClient(server.database, {
      type: 'web',
      name: 'Team Dashboard',
      redirectUris: [`${server.issuer}/join`],
      firstParty: true,
    });
    const request = { redirect_uri: `${server.issuer}/join`, prompt: 'select_account' };
    const page = await arrive();
    await page.goto(authorizationUrl(server, app, request));
    await signIn(page, await aPerson(server.database, { name: 'Ada Lovelace' }));
    await page.waitForURL(/code=/);
    await page.goto(authorizationUrl(server, app, request));
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Choose an account');
    expect(await inspect(page, 'select-account')).toEqual([]);
    await page.getByRole('button', { name: 'Use another account' }).click();
    await signIn(page, await aPerson(server.database, { name: 'Grace Hopper' }));
    await page.waitForURL(/code=/);
    await page.goto(authorizationUrl(server, app, request));
    await page.getByRole('button', { name: 'Continue as Grace Hopper' }).click();
    await page.waitForURL(/code=/);
  });
});
