import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aPerson } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { aGroup, anApiWithRoles, aRole } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** An API of a team, with a developer of it. */
async function aSetting() {
  const team = await aTeam(server);
  const api = await anApiWithRoles(server.database);
  await server.database.db.updateTable('apis').set({ team_id: team.id }).where('id', '=', api.id).execute();
  const developer = await aVisitor(server, await aMember(server, { team: team.id }));
  return { team, api, developer, href: `/apis/${api.id}/roles` };
}

const storedRoles = (apiId: string) =>
  server.database.db.selectFrom('roles').selectAll().where('api_id', '=', apiId).execute();

describe('roles of an API', () => {
  it('are made with some of its scopes, given to people and groups, changed, and taken away', async () => {
    const { team, api, developer, href } = await aSetting();
    const [person, member] = [await aMember(server, { team: team.id }), await aPerson(server.database)];
    const group = await aGroup(server.database, [member.account.id]);
    const list = await developer.visit(href);
    const role = await developer.submit(list, '/roles', { name: 'Controller', scopes: 'reports:write' });
    expect(role.text).toContain('Created the role Controller.');
    const given = await developer.submit(role, '/people', { person: person.email });
    expect(given.text).toContain(`${person.email} has the role.`);
    const grouped = await developer.submit(given, '/groups', { group: group.id });
    expect(grouped.text).toContain('The group has the role.');
    expect((await developer.visit(href)).text).toContain('1 person and 1 group');

    const path = new URL(role.url).pathname;
    const changed = await developer.submit(grouped, path, { name: 'Chief controller', scopes: 'reports:read' });
    expect(changed.text).toContain('The role is changed.');
    expect(await storedRoles(api.id)).toMatchObject([
      { name: 'Chief controller', scopes: ['reports:read'], version: 2 },
    ]);
    const late = await developer.submit(grouped, path, { name: 'Late' });
    expect(late.text).toContain('changed by someone else');

    const taken = await developer.submit(changed, `/people/${person.account.id}/remove`);
    expect(taken.text).toContain('The role is taken away.');
    await developer.submit(taken, `/groups/${group.id}/remove`);
    expect((await developer.visit(href)).text).toContain('nobody yet');
    await developer.submit(await developer.visit(`${path}/delete`), '/delete', { typed: 'Chief controller' });
    expect(await storedRoles(api.id)).toEqual([]);
  });

  it('keep what was typed when it is refused, with a sentence that says why', async () => {
    const { api, developer, href } = await aSetting();
    await aRole(server.database, api.id, [], 'Controller');
    const page = await developer.visit(href);
    const taken = await developer.submit(page, '/roles', { name: 'Controller', scopes: 'reports:write' });
    expect([taken.response.status, taken.text.includes('The API has a role Controller already.')]).toEqual([400, true]);
    expect(taken.text).toContain('value="Controller"');
    expect(taken.text).toMatch(/value="reports:write" checked/);
    expect((await developer.submit(page, '/roles', { name: '<b>' })).text).toContain('A name has letters');
    const unknown = await developer.submit(page, '/roles', { name: 'Other', scopes: 'reports:all' });
    expect(unknown.text).toContain('The API has no scope reports:all.');
    const role = await aRole(server.database, api.id, []);
    const shown = await developer.visit(`${href}/${role.id}`);
    expect((await developer.submit(shown, '/people', { person: 'nobody@example.com' })).text).toContain(
      'There is nobody',
    );
  });

  it('are found only under their own API, whatever API the form names', async () => {
    const [one, two] = [await aSetting(), await aSetting()];
    const role = await aRole(server.database, two.api.id, []);
    const response = await one.developer.request(`${one.href}/${role.id}`);
    expect(response.status).toBe(404);
    const made = await one.developer.submit(await one.developer.visit(one.href), '/roles', {
      name: 'Mine',
      api_id: two.api.id,
      apiId: two.api.id,
    });
    expect(made.text).toContain('Created the role Mine.');
    expect((await storedRoles(two.api.id)).map(({ name }) => name)).not.toContain('Mine');
  });
});
