import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe('teams in the portal', () => {
  it('sends a stranger to sign in, and back to the page', async () => {
    const stranger = new Person(server.issuer);
    const response = await stranger.request('/teams/new');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/sign-in?to=%2Fteams%2Fnew');
  });

  it('starts a team whose owner is the one who started it', async () => {
    const visitor = await aVisitor(server);
    const page = await visitor.submit(await visitor.visit('/teams/new'), '/teams', { name: 'Reporting' });
    expect(page.text).toContain('Created the team Reporting.');
    expect(page.text).toMatch(/Reporting[\s\S]*owner/);
    expect((await visitor.visit('/teams')).text).not.toContain('Created the team');
  });

  it('keeps what was typed when the name is taken, and says so', async () => {
    const visitor = await aVisitor(server);
    await visitor.submit(await visitor.visit('/teams/new'), '/teams', { name: 'Data platform' });
    const page = await visitor.submit(await visitor.visit('/teams/new'), '/teams', { name: 'DATA  platform' });
    expect(page.response.status).toBe(400);
    expect(page.text).toContain('There is a team DATA  platform already.');
    expect(page.text).toContain('value="DATA  platform"');
  });

  it('refuses a form without its token', async () => {
    const visitor = await aVisitor(server);
    const response = await visitor.request('/teams', { form: { name: 'Nobody' } });
    expect(response.status).toBe(403);
  });

  it('tells who was signed out meanwhile that nothing was done, where nothing was typed', async () => {
    const visitor = await aVisitor(server);
    const page = await visitor.visit('/teams/new');
    await visitor.submit(page, '/sign-out');
    const late = await visitor.submit(page, '/theme', { theme: 'dark' });
    expect(late.response.status).toBe(400);
    expect(late.text).toContain('signed_out');
    expect(late.text).toContain('You are signed out, so nothing was done.');
  });

  it('leads from an empty team to its first app and API, with the team chosen, and a viewer nowhere', async () => {
    const visitor = await aVisitor(server);
    await visitor.submit(await visitor.visit('/teams/new'), '/teams', { name: 'First' });
    const page = await visitor.submit(await visitor.visit('/teams/new'), '/teams', { name: 'Second' });
    const team = /team_\w+/.exec(page.url)?.[0] ?? '';
    const chosen = new RegExp(`value="${team}" selected`);
    for (const address of [`/apps/new?team=${team}`, `/apis/new?team=${team}`]) {
      expect(page.text).toContain(`href="${address}"`);
      expect((await visitor.visit(address)).text).toMatch(chosen);
    }
    const viewer = await aPerson(server.database);
    const member = { team_id: team, account_id: viewer.account.id, role: 'viewer' as const, created_at: new Date() };
    await server.database.db.insertInto('team_members').values(member).execute();
    expect((await (await aVisitor(server, viewer)).visit(`/teams/${team}`)).text).not.toContain('/new?team=');
  });

  it('asks about a member by name before removing them, and only about a member', async () => {
    const visitor = await aVisitor(server);
    const { url } = await visitor.submit(await visitor.visit('/teams/new'), '/teams', { name: 'Small' });
    const { account } = await aPerson(server.database);
    const team_id = /team_\w+/.exec(url)?.[0] ?? '';
    const address = `/teams/${team_id}/members/${account.id}/remove`;
    expect((await visitor.visit(address)).response.status).toBe(404);
    const member = { team_id, account_id: account.id, role: 'viewer' as const, created_at: new Date() };
    await server.database.db.insertInto('team_members').values(member).execute();
    expect((await visitor.visit(address)).text).toContain(`Remove ${account.name} (${account.email}) from Small?`);
  });

  it('does not promise a mail where none goes out', async () => {
    const visitor = await aVisitor(server);
    const team = await visitor.submit(await visitor.visit('/teams/new'), '/teams', { name: 'Without mail' });
    const invitee = { email: 'no-mail@example.com', role: 'viewer' };
    const { text } = await visitor.submit(team, '/invitations', invitee);
    expect(text).toContain('This server sends no mail: pass it on yourself');
    expect(text).not.toContain('by mail');
  });

  it('offers an administrator the own team first', async () => {
    const person = await aPerson(server.database);
    const accounts = server.database.db.updateTable('accounts').where('id', '=', person.account.id);
    await accounts.set({ platform_role: 'admin' }).execute();
    const visitor = await aVisitor(server, person);
    const page = await visitor.submit(await visitor.visit('/teams/new'), '/teams', { name: 'Admins' });
    const team = /team_\w+/.exec(page.url)?.[0] ?? '';
    for (const form of ['/apps/new', '/apis/new']) {
      expect((await visitor.visit(form)).text).toMatch(new RegExp(`value="${team}" selected`));
    }
  });
});
