import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
});
