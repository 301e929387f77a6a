import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi, aPerson } from '../../support/factories.ts';
import { unescapeHtml } from '../../support/html.ts';
import type { Person } from '../../support/person.ts';
import { aVisitor } from '../../support/portal.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { aMember, aTeam } from '../../support/teams.ts';
import { countOf } from './pages.ts';

let server: TestServer;
let world: Awaited<ReturnType<typeof aWorld>>;
beforeAll(async () => {
  server = await startTestServer();
  world = await aWorld();
});
afterAll(() => server.stop());

/** Two teams, each with an app, an API of its own and one for all, and a person; all of them are called Crossed. */
async function aWorld() {
  const side = async (name: string) => {
    const { id: team } = await aTeam(server, `Crossed ${name} team`);
    const person = await aMember(server, { team });
    const { account } = await aPerson(server.database, { name: `Crossed ${name} person` });
    const { clientId } = await aClient(server.database, { type: 'machine', team, name: `Crossed ${name} app` });
    for (const visibility of ['team', 'everyone'] as const) {
      await anApi(server.database, { teamId: team, name: `Crossed ${name} API for ${visibility}`, visibility });
    }
    return { team, clientId, account: account.id, visitor: await aVisitor(server, person) };
  };
  return {
    ours: await side('our'),
    theirs: await side('their'),
    nobody: await aVisitor(server),
    admin: await aVisitor(server, await aMember(server, { platform: 'admin' })),
    auditor: await aVisitor(server, await aMember(server, { platform: 'auditor' })),
  };
}

/** The names of what somebody finds. */
async function find(visitor: Person, search: string): Promise<string[]> {
  const { text, response } = await visitor.visit(`/search?search=${encodeURIComponent(search)}`);
  expect(response.status).toBe(200);
  const found = [...text.matchAll(/<a href="[^"]*" data-found>[\s\S]*?<bdi>([\s\S]*?)<\/bdi>/g)];
  return found.map(([, name = '']) => unescapeHtml(name));
}

describe('the search over everything', () => {
  it('finds what somebody’s lists show, and nothing of other teams', async () => {
    expect(await find(world.ours.visitor, 'crossed')).toEqual([
      'Crossed our app',
      'Crossed our API for everyone',
      'Crossed our API for team',
      'Crossed their API for everyone',
      'Crossed our team',
    ]);
    expect(await find(world.theirs.visitor, 'crossed')).toEqual([
      'Crossed their app',
      'Crossed our API for everyone',
      'Crossed their API for everyone',
      'Crossed their API for team',
      'Crossed their team',
    ]);
    expect(await find(world.nobody, 'crossed')).toEqual([
      'Crossed our API for everyone',
      'Crossed their API for everyone',
    ]);
    for (const platform of [world.admin, world.auditor]) {
      expect(await find(platform, 'crossed')).toEqual([
        'Crossed our app',
        'Crossed their app',
        'Crossed our API for everyone',
        'Crossed our API for team',
        'Crossed their API for everyone',
        'Crossed their API for team',
        'Crossed our team',
        'Crossed their team',
        'Crossed our person',
        'Crossed their person',
      ]);
    }
  });

  it('finds by client ID, identifier and address what only its own side may see', async () => {
    const { ours, theirs, admin } = world;
    expect(await find(ours.visitor, ours.clientId)).toEqual(['Crossed our app']);
    expect(await find(theirs.visitor, ours.clientId)).toEqual([]);
    const { email } = await aPerson(server.database, { name: 'Addressed' });
    expect(await find(admin, email)).toEqual(['Addressed']);
    expect(await find(ours.visitor, email)).toEqual([]);
  });

  it('finds pages by their names and by what they are for, each for those who may open it', async () => {
    expect(await find(world.nobody, 'new')).toEqual(['New app', 'Publish an API', 'New team']);
    expect(await find(world.nobody, 'jwt')).toEqual(['Inspector']);
    expect(await find(world.nobody, 'audit')).toEqual([]);
    expect(await find(world.auditor, 'audit')).toEqual(['People', 'Audit trail']);
    // Every page that it names is there.
    for (const visitor of [world.nobody, world.admin]) {
      const { text } = await visitor.visit('/search');
      const pages = [...text.matchAll(/<a href="([^"]*)" data-found>/g)].map(([, href = '']) => href);
      expect(pages.length).toBeGreaterThan(8);
      for (const page of pages) expect([page, (await visitor.visit(page)).response.status]).toEqual([page, 200]);
    }
  });

  it('shows 20 at most, and leads to the lists for the rest', async () => {
    const { ours, admin } = world;
    for (let index = 0; index < 6; index += 1) {
      await aClient(server.database, { type: 'machine', team: ours.team, name: `People ${index}` });
      await anApi(server.database, { name: `People ${index}` });
      await aTeam(server, `People ${index}`);
      await aPerson(server.database, { name: `People ${index}` });
    }
    const { text } = await admin.visit('/search?search=people');
    expect([...text.matchAll(/data-found/g)]).toHaveLength(17);
    expect(countOf(text)).toBe('17 found');
    for (const list of ['/apps', '/apis', '/operator/teams', '/operator/people']) {
      expect(text).toContain(`href="${list}?search=people"`);
    }
  });

  it('says so when there is nothing, takes any text, and refuses more than 100 characters', async () => {
    for (const text of ['%', '_', '\\', "'", '<b>', '"', '😀', 'x'.repeat(100)]) {
      expect([text, await find(world.nobody, text)]).toEqual([text, []]);
    }
    expect((await world.nobody.visit('/search?search=zzz')).text).toContain('Nothing found');
    expect((await world.nobody.visit(`/search?search=${'x'.repeat(101)}`)).response.status).toBe(400);
  });
});

describe('the badge of waiting approvals', () => {
  const badgeOf = (text: string) =>
    /class="side-badge" aria-hidden="true">([^<]*)<\/span><span class="unseen"> ([^<]*)</.exec(text)?.slice(1, 3);

  it('counts what somebody may decide on, to 99', async () => {
    const { id: team } = await aTeam(server);
    const [developer, viewer] = [
      await aVisitor(server, await aMember(server, { team })),
      await aVisitor(server, await aMember(server, { team, role: 'viewer' })),
    ];
    const api = await anApi(server.database, { teamId: team });
    const { db } = server.database;
    const { id: api_id } = await db
      .selectFrom('apis')
      .select('id')
      .where('identifier', '=', api.identifier)
      .executeTakeFirstOrThrow();
    const ask = async (count: number) => {
      for (let index = 0; index < count; index += 1) {
        const { clientId } = await aClient(server.database, { type: 'machine', team: world.theirs.team });
        await db
          .insertInto('subscriptions')
          .values({
            client_id: clientId,
            api_id,
            scopes: [],
            state: 'pending',
            pending_scopes: ['reports:read'],
            pending_at: new Date(),
            created_at: new Date(),
          })
          .execute();
      }
    };
    expect(badgeOf((await developer.visit('/')).text)).toBeUndefined();
    await ask(1);
    expect(badgeOf((await developer.visit('/apps')).text)).toEqual(['1', '1 request waits for you']);
    expect(badgeOf((await viewer.visit('/apps')).text)).toBeUndefined();
    expect(badgeOf((await world.nobody.visit('/apps')).text)).toBeUndefined();
    expect(badgeOf((await world.auditor.visit('/apps')).text)).toBeUndefined();
    expect(badgeOf((await world.admin.visit('/apps')).text)).toEqual(['1', '1 request waits for you']);
    await ask(98);
    expect(badgeOf((await developer.visit('/apps')).text)?.[0]).toBe('99');
    await ask(1);
    expect(badgeOf((await developer.visit('/apps')).text)?.[0]).toBe('99+');
  });
});
