import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationParameters } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';
import { post, requestToken } from '../support/tokens.ts';
import { aCount, give } from '../support/usage.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const textOf = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

/** An app of one team that uses an API of another, and one of each signed in. */
async function aWorld() {
  const [team, owners] = [await aTeam(server), await aTeam(server)];
  const api = await anApi(server.database, { name: 'Reports' });
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const app = await aClient(server.database, { type: 'machine', name: 'Dashboard', subscriptions });
  await give(server, team.id, app);
  await give(server, owners.id, { apiId: api.id });
  return {
    api,
    app,
    developer: await aVisitor(server, await aMember(server, { team: team.id, role: 'viewer' })),
    owner: await aVisitor(server, await aMember(server, { team: owners.id, role: 'viewer' })),
  };
}

describe('the requests of an app', () => {
  it('tell each failure with its cause and what to do', async () => {
    const { app, developer } = await aWorld();
    const refused = await requestToken(server, { ...app, clientSecret: 'lks_wrong' });
    await requestToken(server, app, { scope: 'reports:write' });
    await requestToken(server, app);
    await server.app.usage.flush();
    const { text: html } = await developer.visit(`/apps/${app.clientId}/requests`);
    const text = textOf(html);
    for (const expected of [
      'invalid_client Token (client credentials)',
      'The secret is not one of this app’s live secrets',
      'What to do: Compare what the app sends',
      'The server said invalid secret provided',
      String(refused.headers.get('x-request-id')),
      'invalid_scope Token (client credentials) Reports',
      'Scope reports:write',
      'success Token (client credentials) Reports',
    ]) {
      expect(text).toContain(expected);
    }
    const failures = await developer.visit(`/apps/${app.clientId}/requests?show=failures`);
    expect(textOf(failures.text).split('Latest requests')[1]).not.toContain('success Token');
  });

  it('explain the same failure once, and lead from each request there', async () => {
    const { app, developer } = await aWorld();
    for (const _ of [1, 2, 3, 4]) await requestToken(server, { ...app, clientSecret: 'lks_wrong' });
    await requestToken(server, app, { scope: 'reports:write' });
    await server.app.usage.flush();
    const { text: html } = await developer.visit(`/apps/${app.clientId}/requests`);
    expect(html.split('The secret is not one of this app’s live secrets')).toHaveLength(2);
    expect(textOf(html)).toMatch(/invalid_client 4 requests, latest: now The secret/);
    expect([...html.matchAll(/href="#cause-1"/g)]).toHaveLength(4);
    expect([...html.matchAll(/href="#cause-2"/g)]).toHaveLength(1);
    expect([...html.matchAll(/id="cause-\d"/g)]).toHaveLength(2);
  });

  it('tell what a success did not get, and what to do', async () => {
    const { app, developer } = await aWorld();
    const subscriptions = [{ api: (await anApi(server.database)).identifier, scopes: ['reports:read'] }];
    const web = await aClient(server.database, { type: 'web', subscriptions });
    const { team_id: team } = await server.database.db
      .selectFrom('clients')
      .select('team_id')
      .where('id', '=', app.clientId)
      .executeTakeFirstOrThrow();
    await give(server, String(team), web);
    const form = Object.fromEntries(authorizationParameters(web, { scope: 'openid reports:read' }));
    expect((await post(server, '/request', form, web)).status).toBe(201);
    await server.app.usage.flush();
    const text = textOf((await developer.visit(`/apps/${web.clientId}/requests`)).text);
    expect(text).toContain('Left out: reports:read (the request names no API). What to do: Send resource');
  });

  it('are shown as a chart with the numbers in words, by the period', async () => {
    const { app, developer } = await aWorld();
    await aCount(server, { ...app, count: 70, hoursAgo: 1 });
    await aCount(server, { ...app, count: 30, hoursAgo: 1, outcome: 'invalid_scope' });
    await aCount(server, { ...app, count: 900, hoursAgo: 72 });
    const visit = async (period: string) =>
      textOf((await developer.visit(`/apps/${app.clientId}/requests?period=${period}`)).text);
    expect(await visit('24h')).toContain('100 calls in 24 hours 30 failed 30 % of all calls failed');
    expect(await visit('7d')).toContain('1,000 calls in 7 days 30 failed 3 % of all calls failed');
    expect(await visit('30d')).toContain('1,000 calls in 30 days');
    expect(await visit('nonsense')).toContain('in 7 days');
    const { text } = await developer.visit(`/apps/${app.clientId}/requests?period=24h`);
    expect(text).toMatch(
      /role="img" aria-label="100 calls, 30 of them failed \(30 %\)\. The highest bar, from \d\d:00, has 100\."/,
    );
    expect(text).not.toMatch(/\sstyle=/);
  });

  it('come in pages', async () => {
    const { app, developer } = await aWorld();
    const line = { client_id: app.clientId, event: 'client_credentials', outcome: 'invalid_scope' };
    const lines = Array.from({ length: 70 }, (_, i) => ({
      ...line,
      at: new Date(Date.now() - 1000 * (70 - i)),
      scope: `scope-${i}-`,
    }));
    await server.database.db.insertInto('request_log').values(lines).execute();
    const scopesOf = (html: string) => [...html.matchAll(/scope-(\d+)-/g)].map(([, number]) => Number(number));
    const first = await developer.visit(`/apps/${app.clientId}/requests`);
    expect(scopesOf(first.text)).toEqual(Array.from({ length: 50 }, (_, i) => 69 - i));
    const older = /href="([^"]*before=[^"]*)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await developer.visit(older);
    expect(scopesOf(second.text)).toEqual(Array.from({ length: 20 }, (_, i) => 19 - i));
    expect(second.text).not.toContain('Older requests');
    expect((await developer.visit(`/apps/${app.clientId}/requests?before=x`)).response.status).toBe(400);
  });

  it('say what to do when there are none', async () => {
    const { app, developer } = await aWorld();
    const text = textOf((await developer.visit(`/apps/${app.clientId}/requests`)).text);
    expect(text).toContain('No requests to show');
    expect(text).toContain('0 calls in 7 days');
  });

  it('are nobody else’s business', async () => {
    const { app, api, developer, owner } = await aWorld();
    expect((await owner.visit(`/apps/${app.clientId}/requests`)).response.status).toBe(404);
    expect((await developer.visit(`/apis/${api.id}/usage`)).response.status).toBe(404);
  });
});

describe('the usage of an API', () => {
  it('tells its owner which apps use it, and how that goes', async () => {
    const { app, api, owner } = await aWorld();
    const empty = textOf((await owner.visit(`/apis/${api.id}/usage`)).text);
    expect(empty).toContain('Nobody has asked for a token yet');
    await aCount(server, { ...app, apiId: api.id, count: 45, hoursAgo: 30 });
    await aCount(server, { ...app, apiId: api.id, count: 5, hoursAgo: 2, outcome: 'invalid_scope' });
    await aCount(server, { clientId: 'app_gone', apiId: api.id, count: 10, hoursAgo: 2 });
    await aCount(server, { ...app, count: 1000, hoursAgo: 2 });
    const text = textOf((await owner.visit(`/apis/${api.id}/usage`)).text);
    expect(text).toContain('60 calls in 7 days 5 failed 8.3 % of all calls failed');
    expect(text).toMatch(/Dashboard 50 5 10 % \d+ (hours|minutes) ago/);
    expect(text).toContain('app_gone 10 0 0 %');
  });
});

describe('the causes of failures', () => {
  it('are those of the period, however many requests are listed', async () => {
    const { app, developer } = await aWorld();
    const { clientId } = app;
    const line = (outcome: string, hoursAgo: number) => ({
      at: new Date(Date.now() - hoursAgo * 3_600_000),
      client_id: clientId,
      event: 'client_credentials',
      outcome,
    });
    const lines = [line('invalid_scope', 100), line('invalid_target', 3), line('invalid_target', 3)];
    const later = Array.from({ length: 60 }, () => line('invalid_client', 1));
    await server.database.db
      .insertInto('request_log')
      .values([...lines, ...later])
      .execute();
    const causes = async (period: string) => {
      const { text } = await developer.visit(`/apps/${clientId}/requests?period=${period}`);
      const found = text.matchAll(/<li id="cause-\d+">[\s\S]*?>(invalid_\w+)<[\s\S]*?class="detail">([^,<]*)/g);
      return [...found].map(([, outcome, count]) => [outcome, count]);
    };
    const lately = [
      ['invalid_client', '60 requests'],
      ['invalid_target', '2 requests'],
    ];
    expect(await causes('24h')).toEqual(lately);
    expect(await causes('7d')).toEqual([...lately, ['invalid_scope', 'Once']]);
  });
});

describe('charts', () => {
  it('are of the time zone of who reads them', async () => {
    const { app, developer } = await aWorld();
    const { clientId } = app;
    await aCount(server, { clientId, count: 7, hoursAgo: 1 });
    const seen = async (zone: string, period: string) => {
      developer.setCookie('latchkey_zone', zone);
      return (await developer.visit(`/apps/${clientId}/requests?period=${period}`)).text;
    };
    const hour = new Date((Math.floor(Date.now() / 3_600_000) - 1) * 3_600_000);
    const clock = (timeZone: string) =>
      new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(hour);
    for (const zone of ['Pacific/Auckland', 'Asia/Kolkata']) {
      const text = await seen(zone, '24h');
      expect(text).toContain(`<title>${clock(zone)}: 7 calls`);
      expect(text).toMatch(/Times of (Pacific\/Auckland|Asia\/Calcutta|Asia\/Kolkata)\./);
    }
    const between = 'belongs to the day in which it begins';
    expect(await seen('Asia/Kolkata', '30d')).toContain(between);
    expect(await seen('Pacific/Auckland', '30d')).not.toContain(between);
  });
});
