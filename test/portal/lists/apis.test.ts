import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { subscribe } from '../../../src/subscriptions/subscriptions.ts';
import { aClient, anApi } from '../../support/factories.ts';
import { aVisitor } from '../../support/portal.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { aMember, aTeam } from '../../support/teams.ts';
import { aCount } from '../../support/usage.ts';
import { countOf, hrefOf, rowsOf } from './pages.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const operator = () => ({ actor: { type: 'operator' } as const, now: new Date() });

async function aDeveloper() {
  const { id: team } = await aTeam(server);
  return { team, visitor: await aVisitor(server, await aMember(server, { team })) };
}

const namesOf = (html: string) => rowsOf(html).map((row) => /<bdi>([^<]*)/.exec(row)?.[1]);
const cellOf = (row: string | undefined, label: string) =>
  new RegExp(`data-label="${label}">([^<]*)<`).exec(row ?? '')?.[1];

async function anApiUsedBy(apps: number, { team, name, hoursAgo }: { team: string; name: string; hoursAgo?: number }) {
  const api = await anApi(server.database, { teamId: team, name, visibility: 'everyone' });
  const { db } = server.database;
  const { id } = await db
    .selectFrom('apis')
    .select('id')
    .where('identifier', '=', api.identifier)
    .executeTakeFirstOrThrow();
  for (let index = 0; index < apps; index += 1) {
    const { clientId } = await aClient(server.database, { type: 'machine', team, name: `${name} ${index}` });
    await subscribe(db, { clientId, apiIdentifier: api.identifier, scopes: ['reports:read'] }, operator());
  }
  if (hoursAgo !== undefined) {
    await aCount(server, { clientId: 'app_any', apiId: id, count: 1, hoursAgo });
  }
  return id;
}

describe('the catalogue', () => {
  it('is sorted by name, subscribers and last use, each API once, and says both to its owners', async () => {
    const { visitor, team } = await aDeveloper();
    await anApiUsedBy(1, { team, name: 'Beta sorted', hoursAgo: 3 });
    await anApiUsedBy(2, { team, name: 'alpha sorted' });
    await anApiUsedBy(0, { team, name: 'Gamma sorted', hoursAgo: 30 });
    const of = async (query: string) => (await visitor.visit(`/apis?mine=yes&search=sorted&${query}`)).text;
    const page = await of('sort=name');
    expect([namesOf(page), countOf(page)]).toEqual([['alpha sorted', 'Beta sorted', 'Gamma sorted'], '3 APIs']);
    expect(namesOf(await of('sort=-subscribers'))).toEqual(['alpha sorted', 'Beta sorted', 'Gamma sorted']);
    expect(namesOf(await of('sort=subscribers'))).toEqual(['Gamma sorted', 'Beta sorted', 'alpha sorted']);
    const byUse = await of('sort=-used');
    expect(namesOf(byUse)).toEqual(['Beta sorted', 'Gamma sorted', 'alpha sorted']);
    expect(rowsOf(byUse).map((row) => [cellOf(row, 'Subscribers'), cellOf(row, 'Last used')])).toEqual([
      ['1', '3 hours ago'],
      ['0', '1 day ago'],
      ['2', 'never'],
    ]);
    expect(hrefOf(byUse, 'API')).toBe('/apis?mine=yes&search=sorted&sort=name');
  });

  it('tells nobody else who uses an API, not by its place either', async () => {
    const owners = await aDeveloper();
    const { visitor, team } = await aDeveloper();
    await anApiUsedBy(1, { team, name: 'One of ours, shared' });
    await anApiUsedBy(3, { team: owners.team, name: 'Two of theirs, shared', hoursAgo: 1 });
    await anApiUsedBy(0, { team: owners.team, name: 'Three of theirs, shared' });
    for (const sort of ['-subscribers', '-used']) {
      const rows = rowsOf((await visitor.visit(`/apis?search=shared&sort=${sort}`)).text);
      const theirs = rows.filter((row) => row.includes('of theirs'));
      expect(theirs.map((row) => [cellOf(row, 'Subscribers'), cellOf(row, 'Last used')])).toEqual([
        [undefined, undefined],
        [undefined, undefined],
      ]);
    }
    // Equal places: in the order of their ids, whatever is done with them.
    const order = async () => namesOf((await visitor.visit('/apis?search=theirs%2C+shared&sort=-used')).text);
    const before = await order();
    const { db } = server.database;
    const { id } = await db
      .selectFrom('apis')
      .select('id')
      .where('name', '=', 'Three of theirs, shared')
      .executeTakeFirstOrThrow();
    await aCount(server, { clientId: 'app_any', apiId: id, count: 1, hoursAgo: 0 });
    expect(await order()).toEqual(before);
  });

  it('is narrowed by state', async () => {
    const { visitor, team } = await aDeveloper();
    const id = await anApiUsedBy(0, { team, name: 'Stopped one' });
    await anApiUsedBy(0, { team, name: 'Running one' });
    await server.database.db.updateTable('apis').set({ suspended_at: new Date() }).where('id', '=', id).execute();
    expect(namesOf((await visitor.visit('/apis?mine=yes&state=suspended')).text)).toEqual(['Stopped one']);
    expect(namesOf((await visitor.visit('/apis?mine=yes&state=active')).text)).toEqual(['Running one']);
    expect((await visitor.visit('/apis?state=other')).response.status).toBe(400);
  });
});

describe('subscriptions', () => {
  it('of an API and of an app are counted and narrowed by state', async () => {
    const { visitor, team } = await aDeveloper();
    const id = await anApiUsedBy(3, { team, name: 'Counted' });
    const { db } = server.database;
    const row = await db.selectFrom('subscriptions').selectAll().where('api_id', '=', id).executeTakeFirstOrThrow();
    await db.updateTable('subscriptions').set({ state: 'suspended' }).where('id', '=', row.id).execute();
    const seen = async (path: string) => {
      const { text } = await visitor.visit(path);
      return [countOf(text), [...text.matchAll(/class="card-row"/g)].length];
    };
    expect(await seen(`/apis/${id}/subscriptions`)).toEqual(['3 apps', 3]);
    expect(await seen(`/apis/${id}/subscriptions?state=suspended`)).toEqual(['1 app', 1]);
    expect(await seen(`/apps/${row.client_id}/apis?state=suspended&search=Counted`)).toEqual(['1 API', 1]);
    expect(await seen(`/apps/${row.client_id}/apis?state=active`)).toEqual(['0 APIs', 0]);
    expect((await visitor.visit(`/apis/${id}/subscriptions?state=other`)).response.status).toBe(400);
  });

  it('of an API are sorted by age and by the name of the app, each once', async () => {
    const { visitor, team } = await aDeveloper();
    const id = await anApiUsedBy(3, { team, name: 'Cards' });
    const titles = async (path: string) => {
      const { text } = await visitor.visit(path);
      return [...text.matchAll(/class="card-row">[\s\S]*?<bdi>([^<]*)/g)].map(([, title]) => title);
    };
    const falling = ['Cards 2', 'Cards 1', 'Cards 0'];
    expect(await titles(`/apis/${id}/subscriptions`)).toEqual(falling);
    expect(await titles(`/apis/${id}/subscriptions?sort=created`)).toEqual(falling.toReversed());
    expect(await titles(`/apis/${id}/subscriptions?sort=app`)).toEqual(falling.toReversed());
    expect(await titles(`/apis/${id}/subscriptions?sort=-app&search=cards`)).toEqual(falling);
    const { text } = await visitor.visit(`/apis/${id}/subscriptions?sort=created`);
    expect(/<option value="created" selected>([^<]*)/.exec(text)?.[1]).toBe('Oldest first');
    expect(text.match(/<option [^>]*selected>/g)).toHaveLength(2);
    expect((await visitor.visit(`/apis/${id}/subscriptions?sort=asked`)).response.status).toBe(400);
  });

  it('of an app are sorted by the name of the API', async () => {
    const { visitor, team } = await aDeveloper();
    const { clientId } = await aClient(server.database, { type: 'machine', team });
    for (const name of ['beta side', 'Alpha side', 'Gamma side']) {
      const { identifier } = await anApi(server.database, { teamId: team, name });
      const { db } = server.database;
      await subscribe(db, { clientId, apiIdentifier: identifier, scopes: ['reports:read'] }, operator());
    }
    const { text } = await visitor.visit(`/apps/${clientId}/apis?sort=api`);
    const titles = [...text.matchAll(/class="card-row">[\s\S]*?<bdi>([^<]*)/g)].map(([, title]) => title);
    expect(titles).toEqual(['Alpha side', 'beta side', 'Gamma side']);
  });

  it('go on at their place in every order, and so do requests that wait', async () => {
    const { visitor, team } = await aDeveloper();
    const id = await anApiUsedBy(1, { team, name: 'Many cards' });
    const { db } = server.database;
    const one = await db.selectFrom('subscriptions').selectAll().where('api_id', '=', id).executeTakeFirstOrThrow();
    await sql`
      insert into clients select copy.* from clients t, generate_series(1, 53) n,
        jsonb_populate_record(t, jsonb_build_object('id', 'app_card' || n, 'name', 'Copy ' || n % 5)) copy
      where t.id = ${one.client_id}`.execute(db);
    await sql`
      insert into subscriptions select copy.* from subscriptions t, generate_series(1, 53) n, jsonb_populate_record(t,
        jsonb_build_object('id', 'sub_card' || n, 'client_id', 'app_card' || n, 'pending_at', now(), 'pending_scopes', t.scopes)) copy
      where t.id = ${one.id}`.execute(db);
    const readCards = async (path: string, pattern: RegExp) => {
      const found: string[] = [];
      for (let at = path; at !== ''; ) {
        const { text } = await visitor.visit(at);
        found.push(...[...text.matchAll(pattern)].map(([all]) => all));
        at = hrefOf(text, 'Next page');
      }
      return found;
    };
    for (const sort of ['created', '-created', 'app', '-app', 'api']) {
      const cards = await readCards(`/apis/${id}/subscriptions?search=copy&sort=${sort}`, /<code>app_card\d+/g);
      expect([sort, cards.length, new Set(cards).size]).toEqual([sort, 53, 53]);
    }
    for (const sort of ['asked', '-asked', 'app', 'api']) {
      const cards = await readCards(`/approvals?sort=${sort}`, /<h2 id="sub_card\d+/g);
      expect([sort, cards.length, new Set(cards).size]).toEqual([sort, 53, 53]);
    }
    expect((await visitor.visit('/approvals?sort=created')).response.status).toBe(400);
  });
});
