import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOutbox } from '../../src/mail/outbox.ts';
import { requestSubscription } from '../../src/subscriptions/requests.ts';
import { aClient, anApi } from '../support/factories.ts';
import type { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { statementsDuring } from '../support/statements.ts';
import { aMember, aTeam } from '../support/teams.ts';

let server: TestServer;
let team: { id: string; name: string };
let visitor: Person;
beforeAll(async () => {
  server = await startTestServer();
  team = await aTeam(server);
  visitor = await aVisitor(server, await aMember(server, { team: team.id, role: 'developer' }));
});
afterAll(() => server.stop());

const db = () => server.database.db;
const operator = () => ({ actor: { type: 'operator' } as const, now: new Date() });

async function ownApi(overrides: Partial<Parameters<typeof anApi>[1]> = {}) {
  return anApi(server.database, { teamId: team.id, ...overrides });
}

async function ownApp(name?: string) {
  const app = await aClient(server.database, { type: 'machine', ...(name ? { name } : {}) });
  await db().updateTable('clients').set({ team_id: team.id }).where('id', '=', app.clientId).execute();
  return app;
}

/** Sends the fields as they are, names twice and all, as no browser need have sent them. */
async function sendRaw(path: string, from: string, fields: [string, string][]) {
  const csrf = /name="csrf" value="([^"]+)"/.exec((await visitor.visit(from)).text)?.[1] ?? '';
  const cookie = [...visitor.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  return fetch(server.issuer + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, accept: 'text/html' },
    body: new URLSearchParams([['csrf', csrf], ...fields]),
  });
}

/** Lines that are sent empty, from the second on. */
const blankUntil = (lines: number) =>
  Object.fromEntries(Array.from({ length: lines - 1 }, (_, index) => [`scope-${index + 1}`, '']));

describe('the form of an API', () => {
  it('keeps what was typed, says what is wrong, and saves nothing before all is right', async () => {
    const page = await visitor.submit(await visitor.visit('/apis/new'), '/apis', {
      team: team.id,
      identifier: 'not a uri',
      name: 'Weather',
      docsUrl: 'javascript:alert(1)',
      tokenLifetime: '5',
      signingAlg: 'ES256',
      visibility: 'everyone',
      'scope-0': 'openid',
    });
    expect(page.response.status).toBe(400);
    for (const expected of [
      'An identifier is an absolute URI',
      'Enter a web address that starts with https://.',
      'A token lives between 30 and 86400 seconds.',
      'This is a scope of OpenID Connect',
      'value="Weather"',
      'value="openid"',
    ]) {
      expect(page.text).toContain(expected);
    }
    expect((await visitor.visit('/apis?search=Weather')).text).toContain('No API like that');
  });

  it('tells apps of one name apart where one is chosen', async () => {
    const api = await ownApi();
    const [one, other, alone] = [await ownApp('Twin'), await ownApp('Twin'), await ownApp('Single')];
    const { text } = await visitor.visit(`/apis/${api.id}`);
    for (const { clientId } of [one, other]) expect(text).toContain(`>Twin (${clientId})</option>`);
    expect(text).toContain(`<option value="${alone.clientId}">Single</option>`);
  });

  it('changes only the fields that it shows', async () => {
    const api = await ownApi();
    const other = await aTeam(server);
    const response = await sendRaw(`/apis/${api.id}/edit`, `/apis/${api.id}/edit`, [
      ['name', 'Changed'],
      ['scope-0', 'reports:read'],
      ['scope-1', 'reports:write'],
      ['tokenLifetime', '300'],
      ['identifier', 'https://elsewhere.example.com'],
      ['teamId', other.id],
      ['team', other.id],
      ['team_id', other.id],
      ['suspended_at', '2020-01-01'],
      ['id', 'api_other'],
      ['__proto__', 'x'],
      ['constructor[prototype][x]', 'y'],
    ]);
    expect(response.status).toBe(303);
    const saved = await db().selectFrom('apis').selectAll().where('id', '=', api.id).executeTakeFirstOrThrow();
    expect(saved).toMatchObject({ name: 'Changed', identifier: api.identifier, team_id: team.id, suspended_at: null });
  });

  it('is refused when someone else was faster, and shows again what was typed', async () => {
    const api = await ownApi();
    const page = await visitor.visit(`/apis/${api.id}/edit`);
    const fields = { name: 'Mine', tokenLifetime: '300', 'scope-0': 'reports:read', 'scope-1': 'reports:write' };
    await visitor.submit(page, '/edit', { ...fields, name: 'Theirs' });
    const late = await visitor.submit(page, '/edit', fields);
    expect(late.response.status).toBe(412);
    expect(late.text).toContain('Someone else has changed this API since you opened the page.');
    expect(late.text).toContain('What is saved now differs here: Name: “Theirs”.');
    expect(late.text).toContain('value="Mine"');
    // Having seen that, one may still want what one typed.
    expect((await visitor.submit(late, '/edit', fields)).text).toContain('Saved Mine.');
  });

  it('holds as many scopes as an API may have', async () => {
    const scopes = Array.from({ length: 60 }, (_, index) => ({ name: `scope:${index}`, description: `Does ${index}` }));
    const api = await ownApi({ scopes });
    const app = await ownApp();
    const wanted = scopes.map(({ name }): [string, string] => ['scopes', name]);
    const asked = await sendRaw(`/apis/${api.id}/requests`, `/apis/${api.id}`, [['app', app.clientId], ...wanted]);
    expect(asked.status).toBe(303);
    const row = await db()
      .selectFrom('subscriptions')
      .select('scopes')
      .where('api_id', '=', api.id)
      .executeTakeFirstOrThrow();
    expect(row.scopes).toHaveLength(60);
    const edit = await visitor.visit(`/apis/${api.id}/edit`);
    expect([...edit.text.matchAll(/name="scope-\d+"/g)]).toHaveLength(61);
  });

  it('has a line more for a scope whenever one asks for it, and loses nothing that was typed', async () => {
    const typed = {
      name: 'Ledger',
      identifier: 'https://ledger.example.com',
      'scope-0': 'z:first',
      'means-0': 'The first',
    };
    const more = { ...typed, team: team.id, rolesClaim: 'yes', 'approval-0': 'yes', add: 'scope' };
    let page = await visitor.submit(await visitor.visit('/apis/new'), '/apis', more);
    for (const lines of [2, 3, 4]) {
      expect(page.response.status).toBe(200);
      expect([...page.text.matchAll(/name="scope-\d+"/g)]).toHaveLength(lines);
      page = await visitor.submit(page, '/apis', { ...more, ...blankUntil(lines) });
    }
    for (const kept of [
      'value="Ledger"',
      'value="z:first"',
      'value="The first"',
      'name="approval-0" value="yes" checked',
    ]) {
      expect(page.text).toContain(kept);
    }
    expect((await visitor.visit('/apis?search=Ledger')).text).toContain('No API like that');
    const full = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`scope-${index}`, `scope:${index}`]));
    const last = await visitor.submit(page, '/apis', { ...typed, ...full, add: 'scope' });
    expect([...last.text.matchAll(/name="scope-\d+"/g)]).toHaveLength(200);
    expect(last.text).not.toContain('value="scope"');
  });

  it('keeps the order of the scopes, and shows them in it everywhere', async () => {
    const names = ['zebra', 'apple', 'mango'];
    const api = await ownApi({ scopes: names.map((name) => ({ name, description: `Does ${name}` })) });
    const inOrder = /zebra[\s\S]*apple[\s\S]*mango/;
    for (const path of [
      `/apis/${api.id}`,
      `/apis/${api.id}/edit`,
      `/apis/${api.id}/roles`,
      '/apps/new?api='.concat(api.id),
    ]) {
      expect((await visitor.visit(path)).text).toMatch(inOrder);
    }
    const edit = await visitor.visit(`/apis/${api.id}/edit`);
    const again = { name: 'Fruit', tokenLifetime: '300', 'scope-0': 'mango', 'scope-1': 'zebra', 'scope-2': 'apple' };
    const saved = await visitor.submit(edit, '/edit', again);
    expect(saved.text).toMatch(/mango[\s\S]*zebra[\s\S]*apple/);
    const rows = db().selectFrom('api_scopes').select('name').where('api_id', '=', api.id).orderBy('position');
    expect((await rows.execute()).map(({ name }) => name)).toEqual(['mango', 'zebra', 'apple']);
  });
});

describe('a request in the portal', () => {
  it('is for an app of one’s own, and an API that one may see', async () => {
    const [api, app] = [await ownApi(), await ownApp()];
    const theirs = await aClient(server.database, { type: 'machine' });
    const hidden = await anApi(server.database, { visibility: 'team', teamId: (await aTeam(server)).id });
    const ask = async (apiId: string, clientId: string) =>
      (
        await sendRaw(`/apis/${apiId}/requests`, `/apis/${api.id}`, [
          ['app', clientId],
          ['scopes', 'reports:read'],
        ])
      ).status;
    expect(await ask(api.id, theirs.clientId)).toBe(404);
    expect(await ask(hidden.id, app.clientId)).toBe(404);
    expect(await ask('api_none', app.clientId)).toBe(404);
    expect(await ask(api.id, app.clientId)).toBe(303);
    expect((await visitor.visit(`/apis/${hidden.id}`)).response.status).toBe(404);
    expect((await visitor.visit(`/apis?app=${theirs.clientId}`)).response.status).toBe(404);
  });

  it('that has changed since it was read is not approved', async () => {
    const scopes = ['a', 'b'].map((name) => ({ name, description: name, needsApproval: true }));
    const [api, app] = [await ownApi({ scopes }), await ownApp('Changes its mind')];
    const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
    const request = (wanted: string[]) =>
      requestSubscription(
        db(),
        outbox,
        { clientId: app.clientId, api: api.id, scopes: wanted, reason: 'x' },
        operator(),
      );
    const { id } = await request(['a']);
    const page = await visitor.visit('/approvals');
    await visitor.submit(await visitor.visit(`/apps/${app.clientId}/apis`), `/subscriptions/${id}/withdraw`);
    await request(['b']);
    const late = await visitor.submit(page, `/subscriptions/${id}/approve`, { scopes: 'b' });
    expect(late.response.status).toBe(400);
    expect(late.text).toContain('What this page says has changed since you opened it');
    const { scopes: live } = await db()
      .selectFrom('subscriptions')
      .select('scopes')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(live).toEqual([]);
  });
});

describe('pages of lists', () => {
  /** Fills an API, an app and the list of approvals. */
  async function fill(count: number) {
    const api = await ownApi({ scopes: [{ name: 'x', description: 'X', needsApproval: true }] });
    const app = await ownApp();
    const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
    for (let index = 0; index < count; index += 1) {
      const wanted = { scopes: ['x'], reason: 'x' };
      const other = await ownApp();
      await requestSubscription(db(), outbox, { ...wanted, clientId: other.clientId, api: api.id }, operator());
      const another = await ownApi({ scopes: [{ name: 'x', description: 'X', needsApproval: true }] });
      await requestSubscription(db(), outbox, { ...wanted, clientId: app.clientId, api: another.id }, operator());
    }
    return { api, app };
  }

  /** What a page asks the database, but for the background's own questions. */
  async function statementsOf(path: string) {
    const statements = await statementsDuring(async () => {
      expect((await visitor.visit(path)).response.status).toBe(200);
    });
    return statements.filter((statement) =>
      /from "(apis|subscriptions|api_scopes|clients|mail_outbox|teams)"/.test(statement),
    );
  }

  it('ask the database as often for many rows as for few', async () => {
    const few = await fill(1);
    const paths = ({ api, app }: typeof few) => [
      '/apis',
      '/approvals',
      `/apis/${api.id}`,
      `/apis/${api.id}/subscriptions`,
      `/apps/${app.clientId}/apis`,
    ];
    const before: number[] = [];
    for (const path of paths(few)) before.push((await statementsOf(path)).length);
    const many = await fill(20);
    const after: number[] = [];
    for (const path of paths(many)) after.push((await statementsOf(path)).length);
    expect(after).toEqual(before);
    expect(Math.max(...after)).toBeLessThanOrEqual(5);
  });

  it('lead on to the rest, with what was looked for', async () => {
    const stamp = `Paged ${Date.now()}`;
    for (let index = 0; index < 30; index += 1) await ownApi({ name: `${stamp} no ${index}` });
    const app = await ownApp();
    const seen = new Set<string>();
    let address: string | undefined = `/apis?search=${encodeURIComponent(stamp)}&mine=yes&app=${app.clientId}`;
    for (let pages = 0; address && pages < 5; pages += 1) {
      const { text } = await visitor.visit(address);
      for (const [, name = ''] of text.matchAll(/<bdi>(Paged \d+ no \d+)<\/bdi>/g)) seen.add(name);
      expect(text).toContain(`?app=${app.clientId}"`);
      address = /href="([^"]+)">Next page/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen.size).toBe(30);
  });
});
