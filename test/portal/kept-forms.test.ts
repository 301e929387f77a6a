import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { deleteExpiredKeptForms } from '../../src/accounts/kept-forms.ts';
import { endSessions } from '../../src/accounts/lifecycle.ts';
import { createTeam } from '../../src/teams/teams.ts';
import { someoneWith } from '../support/access.ts';
import { aPerson } from '../support/factories.ts';
import type { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const BACK = 'Your session had ended. What you typed is back; check it and save.';

/** The page of the form, with the name by which it is kept. */
const KEPT = /\/teams\/new\?kept=[\w-]{20,}$/;

const OPERATOR = { actor: { type: 'operator' }, now: new Date() } as const;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Someone with a form open, whose sessions then end everywhere. */
async function lateWith(address: string) {
  const someone = await aPerson(server.database);
  const visitor = await aVisitor(server, someone);
  const page = await visitor.visit(address);
  await endSessions(server.database.db, someone.account.id, OPERATOR);
  return { someone, visitor, page };
}

const signIn = (visitor: Person, page: Parameters<Person['submit']>[0], who: { email: string; password: string }) =>
  visitor.submit(page, '/sign-in', who);

const keptRows = (accountId: string) =>
  server.database.db.selectFrom('kept_forms').selectAll().where('account_id', '=', accountId).execute();

describe('a form that is sent after its session has ended', () => {
  it('is back after signing in, with what was typed, and is not sent by itself', async () => {
    const { someone, visitor, page } = await lateWith('/teams/new');
    const signInPage = await visitor.submit(page, '/teams', { name: 'Late but not lost' });
    expect(signInPage.text).toContain('name="password"');
    const back = await signIn(visitor, signInPage, someone);
    expect(back.url).toMatch(KEPT);
    expect(back.text).toContain(BACK);
    expect(back.text).toContain('value="Late but not lost"');
    expect((await visitor.visit('/teams')).text).not.toContain('Late but not lost');
    const sent = await visitor.submit(back, '/teams', { name: 'Late but not lost' });
    expect(sent.text).toContain('Created the team Late but not lost.');
    expect(await keptRows(someone.account.id)).toEqual([]);
    expect((await visitor.visit(back.url)).text).not.toContain(BACK);
  });

  it('comes back on a reload until it is sent, and not on the page as such', async () => {
    const { someone, visitor, page } = await lateWith('/teams/new');
    const { url } = await signIn(visitor, await visitor.submit(page, '/teams', { name: 'Twice' }), someone);
    for (const _ of [1, 2]) expect((await visitor.visit(url)).text).toContain('value="Twice"');
    expect((await visitor.visit('/teams/new')).text).not.toContain('value="Twice"');
  });

  it('also when only the session of the portal is over, and when the person signed in anew in another tab', async () => {
    const someone = await aPerson(server.database);
    const visitor = await aVisitor(server, someone);
    const page = await visitor.visit('/teams/new');
    await sql`update portal_sessions set expires_at = now() - interval '1 minute' where account_id = ${someone.account.id}`.execute(
      server.database.db,
    );
    const first = await visitor.submit(page, '/teams', { name: 'Quiet' });
    expect(first.text).toContain('value="Quiet"');
    const second = await visitor.submit(page, '/teams', { name: 'From the other tab' });
    expect(second.url).toMatch(KEPT);
    expect(second.text).toContain('value="From the other tab"');
  });

  it('keeps the version that it was made from, so that it does not undo what others changed since', async () => {
    const team = await createTeam(server.database.db, { name: 'Ours' }, OPERATOR);
    const someone = await someoneWith(server.database, { team: team.id, role: 'owner' });
    const visitor = await aVisitor(server, someone);
    const page = await visitor.visit(`/teams/${team.id}/rename`);
    await endSessions(server.database.db, someone.account.id, OPERATOR);
    await sql`update teams set version = version + 1 where id = ${team.id}`.execute(server.database.db);
    const back = await signIn(visitor, await visitor.submit(page, '/rename', { name: 'Mine' }), someone);
    expect(back.text).toContain('value="Mine"');
    const sent = await visitor.submit(back, '/rename', { name: 'Mine' });
    expect(sent.response.status).toBe(400);
  });

  it('is given to nobody else, nor in another browser', async () => {
    const { someone, visitor, page } = await lateWith('/teams/new');
    const signInPage = await visitor.submit(page, '/teams', { name: 'Not for you' });
    const other = await signIn(visitor, signInPage, await aPerson(server.database));
    expect(other.url).toMatch(KEPT);
    expect(other.text).not.toContain('Not for you');
    const elsewhere = await aVisitor(server, someone);
    expect((await elsewhere.visit(other.url)).text).not.toContain('Not for you');
  });

  it('is refused and not kept when another person is signed in by now', async () => {
    const { visitor, page } = await lateWith('/teams/new');
    await signIn(visitor, await visitor.visit('/sign-in'), await aPerson(server.database));
    const sent = await visitor.submit(page, '/teams', { name: 'Somebody else’s' });
    expect(sent.response.status).toBe(403);
    expect(sent.text).toContain('csrf_failed');
  });

  it.each([{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])(
    'is not kept when another site sent it: %j',
    async (headers) => {
      const { someone, visitor, page } = await lateWith('/teams/new');
      const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
      const response = await visitor.request('/teams', { form: { csrf, name: 'Planted' }, headers: headers as never });
      expect(response.status).toBe(403);
      expect(await keptRows(someone.account.id)).toEqual([]);
    },
  );

  it('is not kept without a ticket of ours, or with one that was changed', async () => {
    const { someone, visitor, page } = await lateWith('/teams/new');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const other = await aPerson(server.database);
    for (const token of ['', csrf.replace(someone.account.id, other.account.id), `${csrf}.more`]) {
      const response = await visitor.request('/teams', { form: { csrf: token, name: 'Planted' } });
      expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('signed_out')]);
    }
    expect(await keptRows(someone.account.id)).toEqual([]);
    expect(await keptRows(other.account.id)).toEqual([]);
  });

  it('keeps no field but those of its list, and nothing that is readable in the database', async () => {
    const { someone, visitor, page } = await lateWith('/teams/new');
    const signInPage = await visitor.submit(page, '/teams', { name: 'Sealed', password: 'hunter22', secret: 's3cret' });
    const [row] = await keptRows(someone.account.id);
    expect(Buffer.from(row?.sealed ?? '').toString('latin1')).not.toMatch(/Sealed|hunter22|s3cret/);
    const back = await signIn(visitor, signInPage, someone);
    expect(back.text).toContain('value="Sealed"');
    expect(back.text).not.toMatch(/hunter22|s3cret/);
  });

  it('comes back in each of several tabs, and each is sent by itself', async () => {
    const someone = await aPerson(server.database);
    const visitor = await aVisitor(server, someone);
    const pages = [
      await visitor.visit('/teams/new'),
      await visitor.visit('/teams/new'),
      await visitor.visit('/apps/new'),
    ];
    await endSessions(server.database.db, someone.account.id, OPERATOR);
    const places = ['/teams', '/teams', '/apps'] as const;
    const names = ['First tab', 'Second tab', 'Third tab'];
    const urls: string[] = [];
    for (const [tab, page] of pages.entries()) {
      const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
      const form = { csrf, name: names[tab] ?? '', type: 'machine' };
      const { headers } = await visitor.request(places[tab] ?? '', { form });
      urls.push(new URL(headers.get('location') ?? '', server.issuer).searchParams.get('to') ?? '');
    }
    await signIn(visitor, await visitor.visit('/sign-in'), someone);
    for (const [tab, url] of urls.entries()) {
      const back = await visitor.visit(url);
      for (const [other, name] of names.entries()) expect(back.text.includes(`value="${name}"`)).toBe(other === tab);
    }
    const made = await visitor.submit(await visitor.visit(urls[0] ?? ''), '/teams', { name: 'First tab' });
    expect(made.text).toContain('Created the team First tab.');
    expect((await visitor.visit(urls[0] ?? '')).text).not.toContain(BACK);
    expect((await visitor.visit(urls[1] ?? '')).text).toContain('value="Second tab"');
    expect((await visitor.visit(urls[2] ?? '')).text).toContain('value="Third tab"');
  });

  it('is the same form when it was sent twice, and makes nothing that it has made before', async () => {
    const someone = await aPerson(server.database);
    const visitor = await aVisitor(server, someone);
    const page = await visitor.visit('/teams/new');
    const made = await visitor.submit(page, '/teams', { name: 'Made before' });
    await endSessions(server.database.db, someone.account.id, OPERATOR);
    for (const _ of [1, 2]) await visitor.submit(page, '/teams', { name: 'Made before' });
    expect(await keptRows(someone.account.id)).toHaveLength(1);
    const back = await signIn(visitor, await visitor.submit(page, '/teams', { name: 'Made before' }), someone);
    const again = await visitor.submit(back, '/teams', { name: 'Made before' });
    expect([again.url, again.response.status]).toEqual([made.url, 200]);
  });

  it('stays until it is sent rightly', async () => {
    const { someone, visitor, page } = await lateWith('/teams/new');
    const back = await signIn(visitor, await visitor.submit(page, '/teams', { name: 'Long' }), someone);
    const refused = await visitor.submit(back, '/teams', { name: '' });
    expect(refused.response.status).toBe(400);
    expect(await keptRows(someone.account.id)).toHaveLength(1);
    await visitor.submit(refused, '/teams', { name: 'Long enough' });
    expect(await keptRows(someone.account.id)).toEqual([]);
  });

  it('keeps 16 kB at most of one form, and the latest five of a person, for half an hour', async () => {
    const { someone, visitor, page } = await lateWith('/apis/new');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const large = await visitor.request('/apis', { form: { csrf, description: 'x'.repeat(17_000) } });
    expect([large.status, await large.text()]).toEqual([400, expect.stringContaining('signed_out')]);
    const urls: string[] = [];
    for (let tab = 0; tab < 7; tab += 1) {
      const form = { csrf: csrf.replace(/[^.]+$/, `tab-${tab}`), name: `Tab ${tab}` };
      const { headers } = await visitor.request('/apis', { form });
      urls.push(new URL(headers.get('location') ?? '', server.issuer).searchParams.get('to') ?? '');
    }
    const rows = await keptRows(someone.account.id);
    expect(rows).toHaveLength(5);
    const minutes = Math.round(((rows[0]?.expires_at.getTime() ?? 0) - Date.now()) / 60_000);
    expect(minutes).toBe(30);
    await signIn(visitor, await visitor.visit('/sign-in'), someone);
    const back: boolean[] = [];
    for (const url of urls) back.push((await visitor.visit(url)).text.includes(BACK));
    expect(back).toEqual([false, false, true, true, true, true, true]);
    const later = new Date(Date.now() + 31 * 60_000);
    expect(await deleteExpiredKeptForms(server.database.db, later, 1000)).toBeGreaterThanOrEqual(5);
    expect(await keptRows(someone.account.id)).toEqual([]);
  });

  it.each(['x'.repeat(65), 'a b', '%00', '..'])('is not kept under the name %j of a page', async (name) => {
    const { visitor, page } = await lateWith('/teams/new');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const form = { csrf: csrf.replace(/[^.]+$/, name), name: 'Odd' };
    expect((await visitor.request('/teams', { form })).status).toBe(400);
  });

  it('goes with the person', async () => {
    const { someone, visitor, page } = await lateWith('/teams/new');
    await visitor.submit(page, '/teams', { name: 'Gone' });
    await server.database.db.deleteFrom('accounts').where('id', '=', someone.account.id).execute();
    expect(await keptRows(someone.account.id)).toEqual([]);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    expect((await visitor.request('/teams', { form: { csrf, name: 'Gone' } })).status).toBe(400);
  });
});
