import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';
import { controlTime, travel } from '../support/time.ts';

let server: TestServer;
beforeAll(async () => {
  controlTime();
  server = await startTestServer();
});
afterAll(() => server.stop());

const textOf = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

describe('the health of the server', () => {
  it('is what the doctor finds, each kind once, with what mends it and the page for that', async () => {
    const auditor = await aVisitor(server, await aMember(server, { platform: 'auditor' }));
    for (const name of ['Old spade', 'Old rake']) {
      const { clientId } = await aClient(server.database, {
        type: 'web',
        name,
        redirectUris: [`https://a.example/cb`],
      });
      await server.database.db.updateTable('clients').set({ pkce: 'optional' }).where('id', '=', clientId).execute();
    }
    await aTeam(server, 'Headless');
    const { text } = await auditor.visit('/operator/health');
    const words = textOf(text);
    expect(words).toMatch(/\d+ errors?, \d+ warnings?, \d+ notes?\./);
    expect(words).toContain('no-admin error No person who may sign in is an administrator.');
    expect(words).toContain('The team “Headless” has no owner.');
    expect(words).toMatch(/pkce-optional warning .*Old (spade|rake).*Old (spade|rake)/);
    expect(text.split('npx latchkey app update ID --pkce required')).toHaveLength(2);
    for (const href of ['/operator/people', '/operator/teams', '/apps']) {
      expect(text).toMatch(new RegExp(`<a class="button small" href="${href}">Go there`));
    }
  });

  it('says no secret', async () => {
    const auditor = await aVisitor(server, await aMember(server, { platform: 'auditor' }));
    const { text } = await auditor.visit('/operator/health');
    for (const key of server.secrets.cookieKeys) expect(text).not.toContain(key);
    for (const { key } of server.secrets.masterKeys) {
      expect(text).not.toContain(key.toString('base64'));
      expect(text).not.toContain(key.toString('hex'));
    }
    if (server.databaseUrl) expect(text).not.toContain(server.databaseUrl);
  });

  it('shows so many of a kind, and counts the others', async () => {
    for (let index = 0; index < 25; index += 1) await aTeam(server, `Without ${index}`);
    travel(6);
    const auditor = await aVisitor(server, await aMember(server, { platform: 'auditor' }));
    const { text } = await auditor.visit('/operator/health');
    expect([...text.matchAll(/The team “/g)]).toHaveLength(20);
    expect(text).toMatch(/… and [6-9] more\./);
  });

  it('is nobody’s business but that of who looks after the server', async () => {
    const person = await aVisitor(server, await aPerson(server.database));
    expect((await person.visit('/operator/health')).response.status).toBe(404);
  });
});
