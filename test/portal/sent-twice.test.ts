import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient } from '../support/factories.ts';
import type { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';
import { controlTime, travel } from '../support/time.ts';

let server: TestServer;
beforeAll(async () => {
  controlTime();
  server = await startTestServer();
});
afterAll(() => server.stop());

type Sent = Awaited<ReturnType<Person['submit']>>;
const db = () => server.database.db;
const count = async (table: 'clients' | 'apis' | 'teams' | 'invitations' | 'client_secrets' | 'roles' | 'groups') =>
  Number(
    (
      await db()
        .selectFrom(table)
        .select((eb) => eb.fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  );

const secretOn = ({ text }: Sent) => /lks_[\w-]{20,}/.exec(text)?.[0];

async function anOwner() {
  const team = await aTeam(server);
  const person = await aMember(server, { team: team.id, role: 'owner', platform: 'admin' });
  return { team, visitor: await aVisitor(server, person) };
}

describe('a form that makes something, sent twice', () => {
  it.each([
    ['clients', '/apps/new', '/apps', { name: 'Once', type: 'machine', create: 'yes' }],
    ['apis', '/apis/new', '/apis', { name: 'Once', identifier: 'https://once.example.com', 'scope-0': 'once:read' }],
    ['teams', '/teams/new', '/teams', { name: 'Once only' }],
    ['invitations', '/operator/people', '/operator/people/invitations', { email: 'once@example.org' }],
    ['groups', '/operator/groups', '/operator/groups', { name: 'Once' }],
  ] as const)('makes one of %s, and both answers lead there', async (table, address, action, fields) => {
    const { visitor } = await anOwner();
    const page = await visitor.visit(address);
    const before = await count(table);
    const answers = await Promise.all([visitor.submit(page, action, fields), visitor.submit(page, action, fields)]);
    answers.push(await visitor.submit(page, action, fields));
    expect(await count(table)).toBe(before + 1);
    expect(answers.map(({ response }) => response.status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map(({ url }) => url)).size).toBe(1);
  });

  it('makes one invitation to a team, one secret, one role', async () => {
    const { team, visitor } = await anOwner();
    const { client } = await aClient(server.database, { type: 'machine', team: team.id });
    const { url } = await visitor.submit(await visitor.visit('/apis/new'), '/apis', {
      ...{ team: team.id, name: 'For roles', identifier: 'https://roles.example.com', 'scope-0': 'r:read' },
    });
    const api = url.slice(server.issuer.length).replace('/protect', '');
    for (const [table, address, action, fields] of [
      ['invitations', `/teams/${team.id}`, '/invitations', { email: 'team@example.org', role: 'viewer' }],
      ['client_secrets', `/apps/${client.id}/secrets/new`, '/secrets', { name: 'second', days: '30' }],
      ['roles', `${api}/roles`, '/roles', { name: 'Reader', description: '', scopes: 'r:read' }],
    ] as const) {
      const page = await visitor.visit(address);
      const before = await count(table);
      const answers = await Promise.all([visitor.submit(page, action, fields), visitor.submit(page, action, fields)]);
      expect([table, await count(table)]).toEqual([table, before + 1]);
      expect(answers.map(({ response }) => response.status)).toEqual([200, 200]);
    }
  });

  it('shows the credential with the second answer too, for ten minutes', async () => {
    const { visitor } = await anOwner();
    const page = await visitor.visit('/apps/new');
    const fields = { name: 'Lost answer', type: 'machine', create: 'yes' };
    const secret = secretOn(await visitor.submit(page, '/apps', fields));
    expect(secret).toBeDefined();
    expect(secretOn(await visitor.submit(page, '/apps', fields))).toBe(secret);
    travel(11 * 60);
    const late = await visitor.submit(page, '/apps', fields);
    expect(late.response.status).toBe(200);
    expect(secretOn(late)).toBeUndefined();
  });

  it('makes another one when something else is in it, or the page was opened anew', async () => {
    const { visitor } = await anOwner();
    const page = await visitor.visit('/apps/new');
    const fields = { name: 'First', type: 'machine', create: 'yes' };
    const before = await count('clients');
    await visitor.submit(page, '/apps', fields);
    await visitor.submit(page, '/apps', { ...fields, name: 'Second' });
    await visitor.submit(await visitor.visit('/apps/new'), '/apps', fields);
    expect(await count('clients')).toBe(before + 3);
  });

  it('can be sent again after it was refused', async () => {
    const { visitor } = await anOwner();
    const page = await visitor.visit('/teams/new');
    expect((await visitor.submit(page, '/teams', { name: '' })).response.status).toBe(400);
    expect((await visitor.submit(page, '/teams', { name: 'Now with a name' })).text).toContain('Created the team');
  });

  it('gives two people of one name a team of their own each, with their first app', async () => {
    for (const _ of [1, 2]) {
      const person = await aMember(server, {});
      await db().updateTable('accounts').set({ name: 'Alex Twin' }).where('id', '=', person.account.id).execute();
      const visitor = await aVisitor(server, person);
      const fields = { name: 'Mine', type: 'machine', create: 'yes' };
      const made = await visitor.submit(await visitor.visit('/apps/new'), '/apps', fields);
      expect(made.text).toContain('Created the app Mine.');
    }
  });
});
