import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { accountOf, aVisitor } from '../support/portal.ts';
import { aGroup, anApiWithRoles, aRole } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';

let server: TestServer;
let admin: Awaited<ReturnType<typeof aVisitor>>;
beforeAll(async () => {
  server = await startTestServer();
  admin = await aVisitor(server, await aMember(server, { platform: 'admin' }));
});
afterAll(() => server.stop());

const eventsOf = async (accountId: string) => {
  const rows = await server.database.db
    .selectFrom('audit_events')
    .select('type')
    .where('account_id', '=', accountId)
    .execute();
  return rows.map(({ type }) => type);
};

describe('people, for admins', () => {
  it('are found by a part of the name or the address, page by page', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 30; i += 1) {
      const email = `searched-${i}@example.org`;
      await aPerson(server.database, { email, name: `Searched ${i}` });
      ids.push(email);
    }
    const first = await admin.visit('/operator/people?search=SEARCHED');
    const next = /href="([^"]*cursor=[^"]*)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await admin.visit(next);
    const found = [first.text, second.text].flatMap((text) => text.match(/searched-\d+@example\.org/g) ?? []);
    expect([...new Set(found)].sort()).toEqual(ids.sort());
    expect((await admin.visit('/operator/people?search=%25')).text).toContain('Nobody found');
    expect((await admin.visit('/operator/people?cursor=nonsense')).response.status).toBe(400);
  });

  it('have a page with their teams, groups and roles, and why they have them', async () => {
    const team = await aTeam(server, 'Reporting of the person page');
    const person = await aMember(server, { team: team.id, role: 'developer' });
    const api = await anApiWithRoles(server.database);
    const role = await aRole(server.database, api.id, ['reports:write'], 'Controller');
    const group = await aGroup(server.database, [person.account.id], role.id);
    const { text } = await admin.visit(`/operator/people/${person.account.id}`);
    for (const expected of [team.name, 'developer', 'Controller of Reports', `by the group ${group.name}`]) {
      expect(text).toContain(expected);
    }
  });

  it('are disabled with a reason, signed out everywhere, and enabled again', async () => {
    const person = await aPerson(server.database);
    const visitor = await aVisitor(server, person);
    const href = `/operator/people/${person.account.id}`;
    const question = await admin.visit(`${href}/disable`);
    expect(question.text).toContain('They are signed out everywhere');
    expect((await admin.submit(question, '/disable', { reason: ' ' })).text).toContain('Say why');
    expect((await visitor.visit('/teams')).response.status).toBe(200);
    expect((await admin.submit(question, '/disable', { reason: 'left' })).text).toContain('They are disabled');
    expect((await visitor.request('/teams')).status).toBe(303);
    await admin.submit(await admin.visit(href), '/enable');
    expect((await accountOf(server, person.email)).disabled_at).toBeNull();
    expect(await eventsOf(person.account.id)).toEqual(expect.arrayContaining(['account.disabled', 'account.enabled']));
  });

  it('get another name and address, and what is refused comes back as it was typed', async () => {
    const person = await aPerson(server.database);
    const taken = await aPerson(server.database);
    const href = `/operator/people/${person.account.id}`;
    const page = await admin.visit(href);
    const wrong = await admin.submit(page, href, { name: 'Ada\u200BKing', email: 'ada at home' });
    expect(wrong.response.status).toBe(400);
    for (const words of ['without marks that nobody sees', 'Give an email address, such as', 'value="ada at home"']) {
      expect(wrong.text).toContain(words);
    }
    const conflict = await admin.submit(page, href, { name: 'Ada King', email: taken.email });
    expect(conflict.text).toContain(`An account for ${taken.email} exists already.`);
    const email = `moved-${person.email}`;
    const saved = await admin.submit(page, href, { name: 'Ada King', email });
    expect(saved.text).toContain('Name and address are saved.');
    expect(await accountOf(server, email)).toMatchObject({ id: person.account.id, name: 'Ada King', email_key: email });
    const late = await admin.submit(page, href, { name: 'Mallory', email });
    expect(late.text).toContain('changed by someone else');
    const more = await admin.submit(await admin.visit(href), href, { name: 'Ada', email, platform_role: 'admin' });
    expect(more.response.status).toBe(200);
    expect(await accountOf(server, email)).toMatchObject({ name: 'Ada', platform_role: null });
  });

  it('are deleted after a question, signed out everywhere, and gone', async () => {
    const person = await aPerson(server.database);
    const visitor = await aVisitor(server, person);
    const href = `/operator/people/${person.account.id}`;
    expect((await admin.visit(href)).text).toContain(`href="${href}/delete"`);
    const question = await admin.visit(`${href}/delete`);
    expect(question.text).toContain('gone for good');
    expect((await visitor.visit('/teams')).response.status).toBe(200);
    const untyped = await admin.submit(question, '/delete', { typed: person.account.name });
    expect([untyped.response.status, untyped.text]).toEqual([400, expect.stringContaining('This does not match.')]);
    expect((await visitor.visit('/teams')).response.status).toBe(200);
    const done = await admin.submit(question, '/delete', { typed: person.email });
    expect(done.text).toContain('The account is deleted.');
    expect(done.text).not.toContain(person.email);
    expect((await visitor.request('/teams')).status).toBe(303);
    expect((await admin.visit(href)).response.status).toBe(404);
    expect(await eventsOf(person.account.id)).toContain('account.deleted');
  });

  it('are not deleted while they are the last owner of a team, nor by themselves', async () => {
    const team = await aTeam(server, 'The team of its last owner');
    const owner = await aMember(server, { team: team.id, role: 'owner' });
    const question = await admin.visit(`/operator/people/${owner.account.id}/delete`);
    const refused = await admin.submit(question, '/delete', { typed: owner.email });
    expect([refused.response.status, (await accountOf(server, owner.email)).id]).toEqual([400, owner.account.id]);
    expect(refused.text).toContain('They are the last owner of the team The team of its last owner.');

    const other = await aMember(server, { platform: 'admin' });
    const href = `/operator/people/${other.account.id}`;
    const visitor = await aVisitor(server, other);
    expect((await visitor.visit(href)).text).not.toContain('/delete"');
    const own = await visitor.submit(await visitor.visit(`${href}/delete`), '/delete', { typed: other.email });
    expect([own.response.status, own.text]).toEqual([400, expect.stringContaining('You cannot delete yourself.')]);
  });

  it('are signed out everywhere by one button', async () => {
    const person = await aPerson(server.database);
    const visitor = await aVisitor(server, person);
    const href = `/operator/people/${person.account.id}`;
    expect((await admin.visit(href)).text).toContain('in one browser');
    await admin.submit(await admin.visit(`${href}/end-sessions`), '/end-sessions');
    expect((await visitor.request('/teams')).status).toBe(303);
    expect((await visitor.visit('/sign-in')).text).toContain('name="password"');
    expect(await eventsOf(person.account.id)).toContain('account.sessions_ended');
  });

  it('become auditors and admins, and an old page changes nothing', async () => {
    const person = await aPerson(server.database);
    const href = `/operator/people/${person.account.id}`;
    const page = await admin.visit(href);
    await admin.submit(page, '/role', { role: 'auditor' });
    expect((await accountOf(server, person.email)).platform_role).toBe('auditor');
    const late = await admin.submit(page, '/role', { role: 'admin' });
    expect(late.text).toContain('changed by someone else');
    expect((await accountOf(server, person.email)).platform_role).toBe('auditor');
    expect((await admin.submit(await admin.visit(href), '/role', { role: 'root' })).response.status).toBe(400);
  });

  it('are looked at by auditors, who find nothing to press', async () => {
    const auditor = await aVisitor(server, await aMember(server, { platform: 'auditor' }));
    const person = await aPerson(server.database);
    for (const path of ['/operator/people', `/operator/people/${person.account.id}`, '/operator/groups']) {
      const { text } = await auditor.visit(path);
      const forms = [...text.matchAll(/<form[^>]*method="post" action="([^"]*)"/g)].map(([, action]) => action);
      expect(forms).toEqual(['/theme', '/preferences/language', '/sign-out']);
    }
  });

  it('do not see the section when they have no platform role', async () => {
    const visitor = await aVisitor(server);
    expect((await visitor.visit('/teams')).text).not.toContain('/operator');
    expect((await admin.visit('/teams')).text).toContain('/operator');
  });
});

describe('groups', () => {
  it('are made, filled, emptied, renamed and deleted', async () => {
    const person = await aPerson(server.database);
    const made = await admin.submit(await admin.visit('/operator/groups'), '/operator/groups', { name: 'Controllers' });
    expect(made.text).toContain('Created the group Controllers.');
    const added = await admin.submit(made, '/people', { person: person.email });
    expect(added.text).toContain(person.email);
    expect((await admin.submit(added, '/people', { person: 'nobody@example.com' })).text).toContain('There is nobody');
    const removed = await admin.submit(added, '/remove');
    expect(removed.text).toContain('Nobody is in it yet');
    const path = new URL(made.url).pathname;
    const renamed = await admin.submit(removed, path, { name: 'Accountants' });
    expect(renamed.text).toContain('The group is called Accountants now.');
    const taken = await admin.submit(await admin.visit('/operator/groups'), '/operator/groups', {
      name: 'accountants ',
    });
    expect(taken.text).toContain('There is a group accountants already.');
    const deleted = await admin.submit(await admin.visit(`${path}/delete`), '/delete', { typed: 'Accountants' });
    expect(deleted.text).toContain('The group is deleted.');
    expect((await admin.visit(path)).response.status).toBe(404);
  });
});

describe('the audit trail', () => {
  const rowsOf = (text: string) =>
    [...text.matchAll(/<tr>\s*<th scope="row">([\s\S]*?)<\/tr>/g)].map(([, row]) => row ?? '');
  const plain = (html: string) =>
    html
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();

  it('tells auditors what was done, by whom and about what, and leads to more of the kind', async () => {
    const auditor = await aVisitor(server, await aMember(server, { platform: 'auditor' }));
    const person = await aPerson(server.database, { name: 'Grace Hopper' });
    const href = `/operator/people/${person.account.id}`;
    await admin.submit(await admin.visit(`${href}/disable`), '/disable', { reason: 'left <b>us</b>' });

    const page = await auditor.visit(`/operator/audit?person=${encodeURIComponent(person.email.toUpperCase())}`);
    const rows = rowsOf(page.text).map(plain);
    expect(rows.map((row) => /^(.*?) ([a-z_]+\.[a-z_]+)/.exec(row)?.slice(1))).toEqual([
      ['Account disabled', 'account.disabled'],
      ['Account created', 'account.created'],
    ]);
    expect(rows[0]).toMatch(
      /Reason: left &lt;b&gt;us&lt;\/b&gt; request: .+ Ada Lovelace from .+ person Grace Hopper .+ UTC/,
    );
    expect(rows[1]).toContain('the operator');

    const link = /<a href="(\/operator\/audit\?type=account.disabled)"/.exec(page.text)?.[1] ?? '';
    const types = rowsOf((await auditor.visit(link)).text).map((row) => /[a-z_]+\.[a-z_]+/.exec(plain(row))?.[0]);
    expect(new Set(types)).toEqual(new Set(['account.disabled']));
  });

  it('tells nobody else whether an address is somebody’s', async () => {
    const visitor = await aVisitor(server);
    const { email } = await aPerson(server.database);
    const [somebodys, nobodys] = await Promise.all(
      [email, 'nobody@example.org'].map((person) => visitor.visit(`/operator/audit?person=${person}`)),
    );
    expect([somebodys?.response.status, nobodys?.response.status]).toEqual([404, 404]);
  });

  it('goes on page by page within what was asked for, and says so when there is nothing', async () => {
    const app = await aClient(server.database, { type: 'machine' });
    const event = { type: 'client.authentication_failed', actor_type: 'client', client_id: app.clientId, detail: '{}' };
    const many = Array.from({ length: 60 }, () => ({ ...event, at: new Date() }));
    await server.database.db.insertInto('audit_events').values(many).execute();
    const first = await admin.visit(`/operator/audit?app=${app.clientId}&person=&type=`);
    expect(rowsOf(first.text)).toHaveLength(50);
    const next = /href="([^"]*cursor=[^"]*)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await admin.visit(next);
    // The app's own beginning too: it was made with a secret.
    expect(rowsOf(second.text)).toHaveLength(12);
    expect(second.text).toContain(`href="/operator/audit?app=${app.clientId}"`);
    for (const query of ['person=nobody@example.org', 'type=no.such', 'app=app_unknown']) {
      expect((await admin.visit(`/operator/audit?${query}`)).text).toContain('Nothing found');
    }
    expect((await admin.visit('/operator/audit?cursor=x')).response.status).toBe(400);
  });
});
