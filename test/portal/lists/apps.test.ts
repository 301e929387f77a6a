import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { aClient } from '../../support/factories.ts';
import type { Person } from '../../support/person.ts';
import { aVisitor } from '../../support/portal.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { aMember, aTeam } from '../../support/teams.ts';
import { aCount } from '../../support/usage.ts';
import { countOf, hrefOf, readAll, rowsOf } from './pages.ts';

let server: TestServer;
let visitor: Person;
let team: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ visitor, team } = await aDeveloper());
});
afterAll(() => server.stop());

async function aDeveloper() {
  const own = await aTeam(server);
  const { email, password } = await aMember(server, { team: own.id });
  return { visitor: await aVisitor(server, { email, password }), team: own.id };
}

const anApp = (name: string, more: { team?: string; type?: 'machine' | 'web' } = {}) =>
  aClient(server.database, {
    type: 'machine',
    name,
    team,
    ...more,
    ...(more.type === 'web' ? { redirectUris: ['https://app.example.com/callback'] } : {}),
  });

describe('the list of apps', () => {
  it('has 50 a page, says how many there are, and shows each app once in every order', async () => {
    const made: string[] = [];
    for (let index = 0; index < 56; index += 1) {
      // Equal names stand in the order of their ids.
      const name = `Job ${index % 7}`;
      made.push((await anApp(name)).clientId);
    }
    const page = await visitor.visit('/apps');
    expect([rowsOf(page.text).length, countOf(page.text)]).toEqual([50, '56 apps']);
    for (const sort of ['', '?sort=created', '?sort=name', '?sort=-name', '?sort=used', '?sort=-used']) {
      const ids = (await readAll(visitor, `/apps${sort}`)).map((row) => /app_\w+/.exec(row)?.[0]);
      expect([sort, ids.length, new Set(ids)]).toEqual([sort, 56, new Set(made)]);
    }
    const names = (await readAll(visitor, '/apps?sort=name')).map((row) => /<bdi>([^<]+)/.exec(row)?.[1] ?? '');
    expect(names).toEqual(names.toSorted());
    const falling = (await readAll(visitor, '/apps?sort=-name')).map((row) => /<bdi>([^<]+)/.exec(row)?.[1] ?? '');
    expect(falling).toEqual(names.toReversed());
  });

  it('keeps what was chosen in the addresses of its next page and of its columns', async () => {
    const first = await visitor.visit('/apps?search=Job&purpose=machine&sort=name');
    const next = new URLSearchParams(hrefOf(first.text, 'Next page').split('?')[1]);
    expect([next.get('search'), next.get('purpose'), next.get('sort')]).toEqual(['Job', 'machine', 'name']);
    expect(hrefOf(first.text, 'App')).toBe('/apps?search=Job&purpose=machine&sort=-name');
    expect(hrefOf(first.text, 'Last used')).toBe('/apps?search=Job&purpose=machine&sort=-used');
    expect(first.text).toContain('<th scope="col" aria-sort="ascending">');
    const second = await visitor.visit(hrefOf(first.text, 'Next page'));
    expect(hrefOf(second.text, 'First page')).toBe('/apps?search=Job&purpose=machine&sort=name');
  });

  it('is narrowed by purpose, team and state', async () => {
    const { visitor: other, team: theirs } = await aDeveloper();
    const { clientId: stopped } = await anApp('Stopped', { team: theirs });
    const { clientId: site } = await anApp('Site', { team: theirs, type: 'web' });
    const { database } = server;
    await database.db.updateTable('clients').set({ disabled_at: new Date() }).where('id', '=', stopped).execute();
    const found = async (query: string) => {
      const { text } = await other.visit(`/apps?${query}`);
      return { ids: rowsOf(text).map((row) => /app_\w+/.exec(row)?.[0]), count: countOf(text) };
    };
    expect(await found('purpose=web')).toEqual({ ids: [site], count: '1 app' });
    expect(await found('state=stopped')).toEqual({ ids: [stopped], count: '1 app' });
    expect(await found('state=active&purpose=machine')).toEqual({ ids: [], count: '0 apps' });
    expect(await found(`team=${theirs}`)).toEqual({ ids: [site, stopped], count: '2 apps' });
    // Fields that are left empty, as the form sends them.
    expect(await found('search=&purpose=&state=&sort=')).toEqual({ ids: [site, stopped], count: '2 apps' });
    // Nothing of another team is found, by whatever is asked.
    expect(await found(`team=${team}`)).toEqual({ ids: [], count: '0 apps' });
  });

  it('says when an app was used last, and sorts by it', async () => {
    const { visitor: other, team: theirs } = await aDeveloper();
    const [never, counted, lately] = [
      (await anApp('Never', { team: theirs })).clientId,
      (await anApp('Counted', { team: theirs })).clientId,
      (await anApp('Lately', { team: theirs })).clientId,
    ];
    await aCount(server, { clientId: counted, count: 1, hoursAgo: 5 });
    await aCount(server, { clientId: lately, count: 1, hoursAgo: 0 });
    // What is written late, of an hour before, changes nothing.
    await aCount(server, { clientId: lately, count: 1, hoursAgo: 9 });
    const { text } = await other.visit('/apps?sort=-used');
    const rows = rowsOf(text);
    expect(rows.map((row) => /app_\w+/.exec(row)?.[0])).toEqual([lately, counted, never]);
    expect(rows.map((row) => /data-label="Last used">([^<]*)</.exec(row)?.[1])).toEqual([
      'within the hour',
      expect.stringMatching(/^5 hours ago$/),
      'never',
    ]);
  });

  it.each([
    ['a sort that there is not', 'sort=secret'],
    ['a purpose that there is not', 'purpose=everything'],
    ['a search of more than 100 characters', `search=${'x'.repeat(101)}`],
    ['a cursor that is none', 'cursor=nonsense'],
    ['a time that is none', `sort=created&cursor=${Buffer.from('created app_1 soon').toString('base64url')}`],
    ['a NUL', `sort=name&cursor=${Buffer.from('name app_1 \0').toString('base64url')}`],
  ])('refuses %s', async (_what, query) => {
    const { response } = await visitor.visit(`/apps?${query}`);
    expect(response.status).toBe(400);
  });

  it('refuses a cursor of another sort', async () => {
    const first = await visitor.visit('/apps?sort=name');
    const cursor = new URLSearchParams(hrefOf(first.text, 'Next page').split('?')[1]).get('cursor') ?? '';
    expect((await visitor.visit(`/apps?sort=-name&cursor=${cursor}`)).response.status).toBe(400);
    expect((await visitor.visit(`/apps?cursor=${cursor}`)).response.status).toBe(400);
    expect((await visitor.visit(`/apps?sort=name&cursor=${cursor}`)).response.status).toBe(200);
  });

  it('counts to a thousand and no further', async () => {
    const { visitor: other, team: theirs } = await aDeveloper();
    const { clientId } = await anApp('Many', { team: theirs });
    await sql`
      insert into clients select copy.* from clients t, generate_series(1, 1000) n,
        jsonb_populate_record(t, jsonb_build_object('id', 'app_copy' || n)) copy
      where t.id = ${clientId}`.execute(server.database.db);
    expect(countOf((await other.visit('/apps')).text)).toBe('More than 1,000 apps');
  });
});
