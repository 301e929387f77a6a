import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { aPerson } from '../../support/factories.ts';
import type { Person } from '../../support/person.ts';
import { aVisitor } from '../../support/portal.ts';
import { aGroup } from '../../support/roles.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { aMember, aTeam } from '../../support/teams.ts';
import { countOf, hrefOf, readAll, rowsOf } from './pages.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const db = () => server.database.db;
const namesOf = (rows: readonly string[]) => rows.map((row) => /<bdi>([^<]*)/.exec(row)?.[1]);
const cellsOf = (rows: readonly string[], label: string) =>
  rows.map((row) => new RegExp(`data-label="${label}">([^<]*)<`).exec(row)?.[1]);
const MINUTE = 60_000;

async function rename(person: { account: { id: string } }, name: string, more: { disabled?: boolean } = {}) {
  const disabled_at = more.disabled ? new Date() : null;
  await db().updateTable('accounts').set({ name, disabled_at }).where('id', '=', person.account.id).execute();
}

describe('one’s own teams', () => {
  it('are sorted by name and by joining, counted, and narrowed by name and role', async () => {
    const person = await aPerson(server.database);
    const names = ['Beta own', 'alpha own', 'Gamma own'];
    for (const [index, name] of names.entries()) {
      const { id: team_id } = await aTeam(server, name);
      const created_at = new Date(Date.now() - index * MINUTE);
      const role = index === 0 ? ('owner' as const) : ('viewer' as const);
      await db()
        .insertInto('team_members')
        .values({ team_id, account_id: person.account.id, role, created_at })
        .execute();
    }
    const visitor = await aVisitor(server, person);
    const of = async (query: string) => {
      const { text } = await visitor.visit(`/teams?${query}`);
      return [namesOf(rowsOf(text)), countOf(text)];
    };
    expect(await of('')).toEqual([['alpha own', 'Beta own', 'Gamma own'], '3 teams']);
    expect((await of('sort=-joined'))[0]).toEqual(names);
    expect((await of('sort=joined'))[0]).toEqual(names.toReversed());
    expect(await of('role=owner')).toEqual([['Beta own'], '1 team']);
    expect(await of('search=PHA')).toEqual([['alpha own'], '1 team']);
    const { text } = await visitor.visit('/teams?search=own&sort=name');
    expect(cellsOf(rowsOf(text), 'Members')).toEqual(['1', '1', '1']);
    expect(hrefOf(text, 'Since')).toBe('/teams?search=own&sort=-joined');
    expect((await visitor.visit('/teams?search=nothing')).text).toContain('No team of yours like that');
  });

  it('are none but one’s own, for an admin too', async () => {
    await aTeam(server, 'Somebody else’s');
    const admin = await aVisitor(server, await aMember(server, { platform: 'admin' }));
    expect(rowsOf((await admin.visit('/teams')).text)).toEqual([]);
  });

  it('go on at their place in every order', async () => {
    const person = await aPerson(server.database);
    const { id } = await aTeam(server);
    await sql`
      insert into teams select copy.* from teams t, generate_series(1, 53) n,
        jsonb_populate_record(t, jsonb_build_object('id', 'team_own' || n, 'name_key', 'own ' || n, 'name', 'Own ' || n)) copy
      where t.id = ${id}`.execute(db());
    await sql`
      insert into team_members (team_id, account_id, role, created_at)
      select 'team_own' || n, ${person.account.id}, 'viewer', now() from generate_series(1, 53) n`.execute(db());
    const visitor = await aVisitor(server, person);
    for (const sort of ['name', '-name', 'joined', '-joined']) {
      const rows = await readAll(visitor, `/teams?sort=${sort}`);
      expect([sort, rows.length, new Set(namesOf(rows)).size]).toEqual([sort, 53, 53]);
    }
  });
});

describe('the members of a team', () => {
  it('are sorted, counted, and narrowed by name, address, role and state', async () => {
    const { id: team } = await aTeam(server);
    const owner = await aMember(server, { team, role: 'owner' });
    const [zoe, adam] = [await aMember(server, { team }), await aMember(server, { team, role: 'viewer' })];
    await rename(owner, 'Mia Member');
    await rename(zoe, 'zoe Member', { disabled: true });
    await rename(adam, 'Adam Member');
    for (const [index, { account }] of [owner, zoe, adam].entries()) {
      const created_at = new Date(Date.now() - (10 - index) * MINUTE);
      await sql`update team_members set created_at = ${created_at} where account_id = ${account.id}`.execute(db());
    }
    const visitor = await aVisitor(server, owner);
    const of = async (query: string) => {
      const { text } = await visitor.visit(`/teams/${team}?${query}`);
      return [namesOf(rowsOf(text)), countOf(text)];
    };
    expect(await of('')).toEqual([['Mia Member', 'zoe Member', 'Adam Member'], '3 members']);
    expect((await of('sort=-joined'))[0]).toEqual(['Adam Member', 'zoe Member', 'Mia Member']);
    expect((await of('sort=name'))[0]).toEqual(['Adam Member', 'Mia Member', 'zoe Member']);
    expect((await of('sort=-name'))[0]).toEqual(['zoe Member', 'Mia Member', 'Adam Member']);
    expect(await of('role=viewer')).toEqual([['Adam Member'], '1 member']);
    expect((await of('state=disabled'))[0]).toEqual(['zoe Member']);
    expect((await of(`search=${encodeURIComponent(adam.email.toUpperCase())}`))[0]).toEqual(['Adam Member']);
    expect(await of('search=nobody')).toEqual([[], '0 members']);
  });

  it('lead on from a form that was refused as from the page itself', async () => {
    const { id: team } = await aTeam(server);
    const owner = await aMember(server, { team, role: 'owner' });
    await aMember(server, { team });
    const visitor = await aVisitor(server, owner);
    const page = await visitor.visit(`/teams/${team}`);
    const fields = { email: 'no address', role: 'viewer' };
    const refused = await visitor.submit(page, `/teams/${team}/invitations`, fields);
    expect(refused.response.status).toBe(400);
    expect(hrefOf(refused.text, 'Person')).toBe(`/teams/${team}?sort=name`);
  });

  it('go on at their place in every order', async () => {
    const { id: team } = await aTeam(server);
    const visitor = await aVisitor(server, await aMember(server, { team }));
    await addMany('usr_inteam');
    await sql`
      insert into team_members (team_id, account_id, role, created_at)
      select ${team}, id, 'viewer', now() from accounts where id like 'usr_inteam%'`.execute(db());
    for (const sort of ['joined', '-joined', 'name', '-name']) {
      const rows = await readAll(visitor, `/teams/${team}?search=inteam&sort=${sort}`);
      const addresses = rows.map((row) => /usr_inteam\d+@/.exec(row)?.[0]);
      expect([sort, rows.length, new Set(addresses).size]).toEqual([sort, 53, 53]);
    }
  });
});

describe('groups and their people', () => {
  let admin: Person;
  beforeAll(async () => {
    admin = await aVisitor(server, await aMember(server, { platform: 'admin' }));
  });

  it('are sorted and counted', async () => {
    const [one, two] = [await aPerson(server.database), await aPerson(server.database)];
    const full = (await aGroup(server.database, [one.account.id, two.account.id])).id;
    const small = (await aGroup(server.database, [one.account.id])).id;
    await sql`update groups set name = 'Sorted B', name_key = 'sorted b' where id = ${full}`.execute(db());
    await sql`update groups set name = 'Sorted a', name_key = 'sorted a' where id = ${small}`.execute(db());
    await sql`update groups set created_at = '2020-01-01' where id = ${full}`.execute(db());
    const of = async (query: string) => {
      const { text } = await admin.visit(`/operator/groups?search=sorted&${query}`);
      return [namesOf(rowsOf(text)), countOf(text)];
    };
    expect(await of('')).toEqual([['Sorted a', 'Sorted B'], '2 groups']);
    expect((await of('sort=created'))[0]).toEqual(['Sorted B', 'Sorted a']);
    expect((await of('sort=-name'))[0]).toEqual(['Sorted B', 'Sorted a']);
    expect((await of('sort=people'))[0]).toEqual(['Sorted a', 'Sorted B']);
    expect((await admin.visit('/operator/groups?search=nothing')).text).toContain('No group like that');

    await rename(one, 'zoe grouped');
    await rename(two, 'Adam grouped', { disabled: true });
    const people = async (query: string) => {
      const { text } = await admin.visit(`/operator/groups/${full}?${query}`);
      return [namesOf(rowsOf(text)), countOf(text)];
    };
    expect(await people('')).toEqual([['Adam grouped', 'zoe grouped'], '2 members']);
    expect((await people('sort=created'))[0]).toEqual(['zoe grouped', 'Adam grouped']);
    expect((await people('sort=-name'))[0]).toEqual(['zoe grouped', 'Adam grouped']);
    expect(await people('state=disabled')).toEqual([['Adam grouped'], '1 member']);
    expect((await people('search=zoe'))[0]).toEqual(['zoe grouped']);
  });

  it('go on at their place in every order', async () => {
    await addMany('usr_ingroup');
    const { id: group } = await aGroup(server.database, []);
    await sql`insert into group_members (group_id, account_id) select ${group}, id from accounts where id like 'usr_ingroup%'`.execute(
      db(),
    );
    for (const sort of ['created', '-created', 'name', '-name']) {
      const rows = await readAll(admin, `/operator/groups/${group}?sort=${sort}`);
      const addresses = rows.map((row) => /usr_ingroup\d+@/.exec(row)?.[0]);
      expect([sort, rows.length, new Set(addresses).size]).toEqual([sort, 53, 53]);
    }
  });

  it.each(['sort=password', 'state=none', 'cursor=x', `search=${'x'.repeat(101)}`])('refuse %s', async (query) => {
    const { id: group } = await aGroup(server.database, []);
    expect((await admin.visit(`/operator/groups/${group}?${query}`)).response.status).toBe(400);
  });
});

/** People of equal names and ages, which stand in the order of their ids. */
async function addMany(prefix: string): Promise<void> {
  await sql`
    insert into accounts (id, email, email_key, name, created_at, updated_at)
    select ${prefix} || n, ${prefix} || n || '@example.com', ${prefix} || n || '@example.com', 'Name ' || n % 5, now(), now()
    from generate_series(1, 53) n`.execute(db());
}
