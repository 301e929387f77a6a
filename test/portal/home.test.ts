import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aClient, anApi } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';
import { aCount, give } from '../support/usage.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const DAY = 86_400_000;
const WATCHING = /from "?(settings|revocations|signing_keys|branding)|from apis where signing_alg/;
const inDays = (days: number) => new Date(Date.now() + days * DAY);

/** A person of a team, signed in. */
async function aDeveloper(role: 'owner' | 'developer' | 'viewer' = 'developer') {
  const team = await aTeam(server);
  const person = await aMember(server, { team: team.id, role });
  return { team, person, visitor: await aVisitor(server, person) };
}

async function anAppOf(teamId: string, name: string) {
  const app = await aClient(server.database, { type: 'machine', name });
  await give(server, teamId, app);
  return app;
}

/** What a page says, without its markup. */
const textOf = (html: string) =>
  html
    .replace(/<svg[\s\S]*?<\/svg>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

const secretEnds = (clientId: string, at: Date) =>
  server.database.db.updateTable('client_secrets').set({ expires_at: at }).where('client_id', '=', clientId).execute();

it('keeps its session when a link sends its person to sign in again', async () => {
  const { visitor } = await aDeveloper();
  const before = visitor.cookies();
  for (const [address, path] of [
    ['/sign-in?to=/teams', '/teams'],
    ['/sign-in?to=https://evil.example/', '/'],
  ]) {
    expect((await visitor.visit(address ?? '')).url).toBe(server.issuer + path);
  }
  expect(visitor.cookies()).toEqual(before);
});

describe('the home page', () => {
  it('leads someone new to the first app', async () => {
    const visitor = await aVisitor(server);
    const alone = await visitor.visit('/');
    expect(alone.text).toContain('<bdi>Welcome, Ada Lovelace</bdi>');
    expect(alone.text).toContain('href="/teams/new"');
    const { visitor: member } = await aDeveloper();
    const page = await member.visit('/');
    expect(page.text).not.toContain('href="/teams/new"');
    for (const type of ['machine', 'web', 'spa', 'native', 'device']) {
      expect(page.text).toContain(`href="/apps/new?type=${type}"`);
      expect((await member.visit(`/apps/new?type=${type}`)).text).toContain(`value="${type}" checked`);
    }
  });

  it('says that everything is all right, with the calls of a week', async () => {
    const { team, visitor } = await aDeveloper();
    const app = await anAppOf(team.id, 'Quiet dashboard');
    await aCount(server, { ...app, count: 1200, hoursAgo: 30 });
    await aCount(server, { ...app, count: 34, hoursAgo: 2 });
    await aCount(server, { ...app, count: 5, hoursAgo: 1, outcome: 'access_denied' });
    await aCount(server, { ...app, count: 99, hoursAgo: 24 * 8 });
    const { text } = await visitor.visit('/');
    expect(text).toContain('<h1><bdi>Everything is all right.</bdi></h1>');
    expect(text).toContain('Calls of Quiet dashboard in the last 7 days: 1,239 calls, 0 failed');
    expect(text).not.toContain('failing');
    expect(text).toContain('1,239 calls in the last 7 days, 0 failed (0 %).');
    expect(text).toMatch(/role="img" aria-label="1,239 calls, 0 of them failed/);
  });

  it('does not say that all is right of an app whose every request fails, nor that anything is without a call', async () => {
    const { team, visitor } = await aDeveloper();
    const app = await anAppOf(team.id, 'Mistyped');
    const idle = await visitor.visit('/');
    expect(idle.text).toContain('No app has asked for a token in the last 7 days.');
    expect(idle.text).toMatch(/<h1><bdi>Nothing needs you\.</);
    await aCount(server, { ...app, count: 3, hoursAgo: 2, outcome: 'invalid_client' });
    const { text } = await visitor.visit('/');
    expect(text).toMatch(/<h1><bdi>One thing needs you\.</);
    expect(textOf(text)).toContain('3 requests of Mistyped failed in the last 24 hours, 100 % of all.');
  });

  it('tells a run of alike changes once', async () => {
    const { team, person, visitor } = await aDeveloper();
    const apps = await Promise.all(['One', 'Two', 'Three'].map((name) => anAppOf(team.id, name)));
    const { db } = server.database;
    const rows = [0, 0, 1, 2].map((index, second) => ({
      type: 'client.secret_rotated' as const,
      client_id: apps[index]?.clientId ?? '',
      at: new Date(Date.now() + second * 1000),
      actor_type: 'account' as const,
      actor_id: person.account.id,
      detail: '{}',
    }));
    await db.insertInto('audit_events').values(rows).execute();
    const text = textOf((await visitor.visit('/')).text);
    expect(text.replaceAll(' ,', ',')).toContain('You rotated a secret of Three, Two and 1 more, 4 times');
    expect(text.split('rotated a secret of')).toHaveLength(2);
  });

  it('tells of an app whose requests fail, and what of its secrets ends', async () => {
    const { team, visitor } = await aDeveloper();
    const [broken, ending, ended, covered] = [
      await anAppOf(team.id, 'Broken'),
      await anAppOf(team.id, 'Ending'),
      await anAppOf(team.id, 'Ended'),
      await anAppOf(team.id, 'Covered'),
    ];
    await aCount(server, { ...broken, count: 90, hoursAgo: 3 });
    await aCount(server, { ...broken, count: 30, hoursAgo: 3, outcome: 'invalid_client' });
    await secretEnds(ending.clientId, inDays(10.5));
    await secretEnds(ended.clientId, inDays(-1.5));
    await secretEnds(covered.clientId, inDays(5.5));
    const other = { name: 'next', hash: Buffer.alloc(32, 7), created_at: new Date(), expires_at: null };
    await server.database.db
      .insertInto('client_secrets')
      .values({ id: `sec_${covered.clientId}`, client_id: covered.clientId, ...other })
      .execute();
    const text = textOf((await visitor.visit('/')).text);
    expect(text).toContain('3 things need you.');
    expect(text).toContain('30 requests of Broken failed in the last 24 hours, 25 % of all. See why');
    expect(text).toContain('The last secret of Ended, “first”, expired 1 day ago. The app gets no tokens.');
    expect(text).toContain('The only secret of Ending, “first”, expires in 10 days.');
    expect(text).toContain('The secret “first” of Covered expires in 5 days. Another one goes on.');
  });

  it('tells of what is suspended', async () => {
    const { team, visitor } = await aDeveloper();
    const app = await anAppOf(team.id, 'Stopped');
    const user = await anAppOf(team.id, 'User');
    const api = await anApi(server.database, { name: 'Invoices' });
    await give(server, team.id, { apiId: api.id });
    const { db } = server.database;
    await db
      .updateTable('clients')
      .set({ disabled_at: inDays(-2.1) })
      .where('id', '=', app.clientId)
      .execute();
    await db
      .updateTable('apis')
      .set({ suspended_at: inDays(-3.1) })
      .where('id', '=', api.id)
      .execute();
    await db
      .insertInto('subscriptions')
      .values({ client_id: user.clientId, api_id: api.id, scopes: [], state: 'suspended', created_at: new Date() })
      .execute();
    const text = textOf((await visitor.visit('/')).text);
    expect(text).toContain('Stopped was stopped 2 days ago.');
    expect(text).toContain('Invoices was suspended 3 days ago.');
    expect(text).toContain('User may not use Invoices at the moment');
  });

  it('shows requests to those who decide, and to those who wait', async () => {
    const [owners, askers] = [await aDeveloper(), await aDeveloper()];
    const viewer = await aVisitor(server, await aMember(server, { team: owners.team.id, role: 'viewer' }));
    const app = await anAppOf(askers.team.id, 'Asking');
    await anAppOf(owners.team.id, 'Owner’s own');
    const api = await anApi(server.database, { name: 'Payroll' });
    await give(server, owners.team.id, { apiId: api.id });
    await server.database.db
      .insertInto('subscriptions')
      .values({
        client_id: app.clientId,
        api_id: api.id,
        scopes: [],
        state: 'pending',
        pending_scopes: ['reports:read'],
        pending_reason: 'For the <b>board</b>',
        pending_at: inDays(-1.1),
        created_at: new Date(),
      })
      .execute();
    const deciding = (await owners.visitor.visit('/')).text;
    expect(textOf(deciding)).toContain(
      'Asking asks for reports:read of Payroll, 1 day ago. “For the &lt;b&gt;board&lt;/b&gt;” Decide',
    );
    expect(deciding).not.toContain('<b>board');
    expect(textOf((await askers.visitor.visit('/')).text)).toContain(
      'Asking waits for reports:read of Payroll. Asked 1 day ago',
    );
    const others = textOf((await viewer.visit('/')).text);
    expect(others).not.toContain('Asking');
    const admin = await aVisitor(server, await aMember(server, { platform: 'admin' }));
    expect(textOf((await admin.visit('/')).text)).not.toContain('Asking');
  });

  it('tells in words who changed what, without what apps do all day', async () => {
    const { team, person, visitor } = await aDeveloper();
    const app = await anAppOf(team.id, 'Changing');
    const now = new Date();
    const event = { client_id: app.clientId, at: now, account_id: null, ip: null, request_id: null };
    const by = (id: string | null) => ({ actor_type: id ? 'account' : 'operator', actor_id: id });
    const colleague = await aMember(server, { team: team.id });
    await server.database.db
      .insertInto('audit_events')
      .values([
        { ...event, ...by(person.account.id), type: 'client.secret_added', detail: JSON.stringify({ name: 'next' }) },
        {
          ...event,
          ...by(colleague.account.id),
          type: 'client.disabled',
          detail: JSON.stringify({ reason: 'leaked' }),
        },
        { ...event, ...by(null), type: 'client.of_the_future', detail: '{}' },
        { ...event, ...by(null), type: 'refresh.rotated', detail: '{}' },
      ])
      .execute();
    const text = textOf((await visitor.visit('/')).text);
    expect(text).toContain('You added the secret “next” to Changing');
    expect(text).toContain('Ada Lovelace stopped Changing , because: leaked');
    expect(text).toContain('client.of_the_future ( The operator ): Changing');
    expect(text).not.toContain('refresh rotated');
  });

  it('is about one’s own teams, also for an admin', async () => {
    const { team } = await aDeveloper();
    const app = await anAppOf(team.id, 'Somebody else’s');
    await aCount(server, { ...app, count: 50, hoursAgo: 1, outcome: 'invalid_client' });
    await secretEnds(app.clientId, inDays(1));
    for (const visitor of [
      await aVisitor(server),
      (await aDeveloper()).visitor,
      await aVisitor(server, await aMember(server, { platform: 'admin' })),
    ]) {
      expect((await visitor.visit('/')).text).not.toContain('Somebody else');
    }
  });

  it('asks the database ten times, however many apps there are', async () => {
    const { team, visitor } = await aDeveloper();
    const countStatements = async () => {
      const executed = jest.spyOn(server.database.db.getExecutor(), 'executeQuery');
      await visitor.visit('/');
      // The server looks for changes of its keys, revocations and apps from time to time, whoever visits.
      const statements = executed.mock.calls.map(([{ sql }]) => sql).filter((sql) => !WATCHING.test(sql));
      executed.mockRestore();
      return statements.length;
    };
    await anAppOf(team.id, 'First');
    const withOne = await countStatements();
    for (let i = 0; i < 12; i += 1) {
      const app = await anAppOf(team.id, `App ${i}`);
      await aCount(server, { ...app, count: 20, hoursAgo: 1, outcome: 'invalid_client' });
      await secretEnds(app.clientId, inDays(1));
    }
    expect([withOne, await countStatements()]).toEqual([10, 10]);
  });
});
