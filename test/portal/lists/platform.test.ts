import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../../support/factories.ts';
import type { Person } from '../../support/person.ts';
import { aVisitor } from '../../support/portal.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { aMember, aTeam } from '../../support/teams.ts';
import { countOf, readAll, rowsOf } from './pages.ts';

let server: TestServer;
let admin: Person;
beforeAll(async () => {
  server = await startTestServer();
  admin = await aVisitor(server, await aMember(server, { platform: 'admin' }));
});
afterAll(() => server.stop());

const db = () => server.database.db;
const found = async (path: string) => {
  const { text, response } = await admin.visit(path);
  expect(response.status).toBe(200);
  return {
    names: rowsOf(text).map((row) => /<a href="[^"]*">(?:<bdi>|<code>)?([^<]*)/.exec(row)?.[1]),
    count: countOf(text),
  };
};
const UNKNOWN = ['sort=password', 'state=none', 'cursor=x', `search=${'x'.repeat(101)}`];

describe('the list of people', () => {
  it('is sorted by the last sign-in, by name and by age, and narrowed by role and state', async () => {
    const [never, first, second] = [
      await aPerson(server.database, { name: 'Zoe Listed' }),
      await aPerson(server.database, { name: 'adam listed' }),
      await aPerson(server.database, { name: 'Mia Listed' }),
    ];
    await aVisitor(server, first);
    await aVisitor(server, second);
    await db().updateTable('accounts').set({ platform_role: 'auditor' }).where('id', '=', never.account.id).execute();
    await db().updateTable('accounts').set({ disabled_at: new Date() }).where('id', '=', first.account.id).execute();
    const of = (query: string) => found(`/operator/people?search=listed&${query}`);
    expect(await of('sort=-seen')).toEqual({ names: ['Mia Listed', 'adam listed', 'Zoe Listed'], count: '3 accounts' });
    expect((await of('sort=name')).names).toEqual(['adam listed', 'Mia Listed', 'Zoe Listed']);
    expect((await of('sort=created')).names).toEqual(['Zoe Listed', 'adam listed', 'Mia Listed']);
    expect(await of('role=auditor')).toEqual({ names: ['Zoe Listed'], count: '1 account' });
    expect((await of('role=none&state=active')).names).toEqual(['Mia Listed']);
    const { text } = await admin.visit('/operator/people?search=listed&sort=-seen');
    const seen = [...text.matchAll(/data-label="Last sign-in">([^<]*)</g)].map(([, when]) => when);
    expect(seen).toEqual([expect.stringMatching(/now|ago/), expect.stringMatching(/now|ago/), 'never']);
  });

  it('goes on at its place in every order', async () => {
    const ids = Array.from({ length: 53 }, (_value, index) => `usr_many${String(index).padStart(2, '0')}`);
    const now = new Date();
    const rows = ids.map((id) => ({
      id,
      email: `${id}@many.example.com`,
      email_key: `${id}@many.example.com`,
      name: 'One of many',
      created_at: now,
      updated_at: now,
    }));
    await db().insertInto('accounts').values(rows).execute();
    for (const sort of ['name', '-name', 'seen', '-seen', 'created', '-created']) {
      const all = await readAll(admin, `/operator/people?search=many.example.com&sort=${sort}`);
      expect([sort, new Set(all.map((row) => /usr_many\d\d/.exec(row)?.[0]))]).toEqual([sort, new Set(ids)]);
      expect(all).toHaveLength(53);
    }
  });

  it.each(UNKNOWN)('refuses %s', async (query) => {
    expect((await admin.visit(`/operator/people?${query}`)).response.status).toBe(400);
  });
});

describe('the list of all teams', () => {
  it('is sorted and narrowed, and counts members', async () => {
    const [one, other] = [await aTeam(server, 'Listed B'), await aTeam(server, 'Listed A')];
    await aMember(server, { team: one.id });
    await db()
      .updateTable('teams')
      .set({ suspended_at: new Date(), suspended_reason: 'a trial' })
      .where('id', '=', other.id)
      .execute();
    expect(await found('/operator/teams?search=Listed&sort=name')).toEqual({
      names: ['Listed A', 'Listed B'],
      count: '2 teams',
    });
    expect((await found('/operator/teams?search=Listed&state=active')).names).toEqual(['Listed B']);
    const { text } = await admin.visit('/operator/teams?search=Listed+B');
    expect(rowsOf(text)[0]).toContain('data-label="Members">1<');
  });

  it.each(UNKNOWN)('refuses %s', async (query) => {
    expect((await admin.visit(`/operator/teams?${query}`)).response.status).toBe(400);
  });
});

describe('the outbox', () => {
  it('is narrowed by state and sorted by recipient', async () => {
    const now = new Date();
    const soon = new Date(now.getTime() + 86_400_000);
    const mail = { sealed_text: 'x', created_at: now, next_attempt_at: soon, give_up_at: soon };
    await db()
      .insertInto('mail_outbox')
      .values([
        { ...mail, id: 'mail_a', recipient: 'b@box.example.com', subject: 'Sent one', sent_at: now },
        { ...mail, id: 'mail_b', recipient: 'c@box.example.com', subject: 'Refused one', failed_at: now },
        { ...mail, id: 'mail_c', recipient: 'a@box.example.com', subject: 'Given up', give_up_at: now },
        { ...mail, id: 'mail_d', recipient: 'd@box.example.com', subject: 'Waiting one' },
      ])
      .execute();
    const of = (query: string) => found(`/operator/outbox?search=box.example.com&${query}`);
    expect(await of('state=sent')).toEqual({ names: ['Sent one'], count: '1 mail' });
    expect((await of('state=refused')).names).toEqual(['Refused one']);
    expect((await of('state=given+up')).names).toEqual(['Given up']);
    expect((await of('state=waiting')).names).toEqual(['Waiting one']);
    expect((await of('sort=recipient')).names).toEqual(['Given up', 'Sent one', 'Refused one', 'Waiting one']);
  });

  it.each(UNKNOWN)('refuses %s', async (query) => {
    expect((await admin.visit(`/operator/outbox?${query}`)).response.status).toBe(400);
  });
});

describe('the audit trail', () => {
  it('is narrowed by who did it, by team and by days', async () => {
    const app = await aClient(server.database, { type: 'machine' });
    const grace = await aPerson(server.database);
    const event = { type: 'client.updated', client_id: app.clientId, detail: '{}' };
    const by = { actor_type: 'account', actor_id: grace.account.id };
    await db()
      .insertInto('audit_events')
      .values([
        { ...event, ...by, at: new Date('2020-03-01T00:00:00Z'), type: 'listed.first' },
        {
          ...event,
          ...by,
          at: new Date('2020-03-01T23:59:59Z'),
          type: 'listed.second',
          detail: '{"teamId":"team_listed"}',
        },
        { ...event, actor_type: 'operator', at: new Date('2020-03-02T00:00:00Z'), type: 'listed.third' },
        {
          ...event,
          actor_type: 'client',
          actor_id: app.clientId,
          at: new Date('2020-03-03T00:00:00Z'),
          type: 'listed.last',
        },
      ])
      .execute();
    const of = (query: string) => found(`/operator/audit?app=${app.clientId}&${query}`);
    const person = encodeURIComponent(grace.email);
    expect(await of(`actor=${person}`)).toEqual({ names: ['listed.second', 'listed.first'], count: '2 events' });
    expect((await of('actor=operator&to=2020-03-31')).names).toEqual(['listed.third']);
    expect((await of('actor=nobody@example.org')).count).toBe('0 events');
    expect((await of('from=2020-03-01&to=2020-03-01')).names).toEqual(['listed.second', 'listed.first']);
    expect((await of('from=2020-03-02&to=2020-03-03')).names).toEqual(['listed.last', 'listed.third']);
    expect((await found('/operator/audit?team=team_listed')).names).toEqual(['listed.second']);
    expect((await found('/operator/audit?to=1999-01-01')).count).toBe('0 events');
    expect((await found('/operator/audit?from=2999-01-01')).count).toBe('0 events');
  });

  it.each(['from=yesterday', 'to=2020-02-30', 'cursor=x'])('refuses %s', async (query) => {
    expect((await admin.visit(`/operator/audit?${query}`)).response.status).toBe(400);
  });
});
