import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subscribe } from '../../../src/subscriptions/subscriptions.ts';
import { aClient, anApi } from '../../support/factories.ts';
import { aVisitor } from '../../support/portal.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { aMember, aTeam } from '../../support/teams.ts';
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
    const hour = new Date((Math.floor(Date.now() / 3_600_000) - hoursAgo) * 3_600_000);
    const use = { client_id: 'app_any', event: 'client_credentials', outcome: 'ok', count: 1 };
    await db
      .insertInto('usage_hours')
      .values({ ...use, hour, api_id: id })
      .execute();
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
    const use = { client_id: 'app_any', event: 'client_credentials', outcome: 'ok', count: 1 };
    await db
      .insertInto('usage_hours')
      .values({ ...use, hour: new Date(), api_id: id })
      .execute();
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
});
