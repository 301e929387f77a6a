import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApi } from '../../src/apis/apis.ts';
import { createClient } from '../../src/clients/clients.ts';
import { assignRole } from '../../src/roles/holders.ts';
import { aConsole, aRobot, api as callsWith, tokenOfPerson } from '../support/admin-api.ts';
import { aConsent, aPerson } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { aRole, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const db = () => server.database.db;
let made = 0;

/** A team with a developer, an app, an API with a role, and a person whom nobody there knows. */
async function aSetting() {
  made += 1;
  const team = await aTeam(server);
  const developer = await aMember(server, { team: team.id });
  const by = await byPerson(server, developer);
  const identifier = `https://strange-${made}.example.com`;
  const api = await createApi(db(), { name: 'Reports', identifier, scopes: [{ name: 'read' }], teamId: team.id }, by);
  const redirectUris = ['https://app.example.com/cb'];
  const { client } = await createClient(db(), { name: 'Board', type: 'web', team: team.id, redirectUris }, by);
  const role = await aRole(server.database, api.id, []);
  const stranger = await aPerson(server.database, { name: `Hidden Figure ${made}` });
  return { team, developer, by, api, role, stranger, appId: client.id, path: `/apis/${api.id}/roles/${role.id}` };
}
type Setting = Awaited<ReturnType<typeof aSetting>>;

const consents = ({ stranger, appId }: Setting, oidcScopes: string[], resources: Record<string, string[]> = {}) =>
  aConsent(server.database, { accountId: stranger.account.id, clientId: appId }, { oidcScopes, resources });

/** What is left behind by a request: rows, and lines of the trail. */
const traces = async () => ({
  holders: (await db().selectFrom('role_accounts').selectAll().execute()).length,
  events: (await db().selectFrom('audit_events').select('id').execute()).length,
});

describe('a stranger', () => {
  it('looks like an unknown address to a developer who gives a role in the portal', async () => {
    const { developer, stranger, path } = await aSetting();
    const visitor = await aVisitor(server, developer);
    const page = await visitor.visit(path);
    const before = await traces();
    const answers = [];
    for (const person of [stranger.account.id, stranger.email, 'usr_0000000000000000', 'nobody@example.com']) {
      const { response, text } = await visitor.submit(page, '/people', { person });
      const same = text.replaceAll(person, 'WHO').replaceAll(/name="csrf" value="[^"]*"/g, '');
      answers.push({ status: response.status, text: same });
    }
    expect(answers[0]?.status).toBe(400);
    expect(answers[0]?.text).toContain('There is nobody WHO in your teams');
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await traces()).toEqual(before);
  });

  it('looks like an unknown id or address through the admin API, to a person and to a robot of the team', async () => {
    const { team, developer, stranger, role } = await aSetting();
    const scopes = ['roles:read', 'roles:write'];
    const robot = await aRobot(server, scopes, team.id);
    const console = await aConsole(server, scopes);
    const person = callsWith(server, await tokenOfPerson(server, console, developer, { scopes }));
    for (const caller of [robot, person]) {
      const answers = [];
      const before = await traces();
      for (const who of [stranger.account.id, stranger.email, 'usr_0000000000000000', 'nobody@example.com']) {
        const { status, body } = await caller.call('PUT', `/roles/${role.id}/accounts/${encodeURIComponent(who)}`);
        const { detail, type, title } = body as Record<string, string>;
        answers.push(JSON.stringify({ status, type, title, detail: detail?.replaceAll(who, 'WHO') }));
      }
      expect(answers[0]).toContain('"status":400');
      expect(new Set(answers).size).toBe(1);
      expect(await traces()).toEqual(before);
    }
  });

  it('who was given a role by an administrator has an id there, and no name, address or state', async () => {
    const { team, developer, stranger, role, path, appId, ...rest } = await aSetting();
    await assignRole(db(), role.id, { person: stranger.email }, byOperator());
    const page = await (await aVisitor(server, developer)).visit(path);
    expect(page.text).toContain('Somebody whom your teams do not know');
    expect(page.text).not.toContain(stranger.email);
    expect(page.text).not.toContain(stranger.account.name);
    const robot = await aRobot(server, ['roles:read'], team.id);
    const holders = async () => (await robot.call('GET', `/roles/${role.id}/holders`)).body.accounts;
    expect(await holders()).toEqual([{ id: stranger.account.id, name: null, email: null, disabled: null }]);
    await consents({ team, developer, stranger, role, path, appId, ...rest }, ['openid', 'profile']);
    expect(await holders()).toEqual([
      { id: stranger.account.id, name: stranger.account.name, email: null, disabled: null },
    ]);
    await consents({ team, developer, stranger, role, path, appId, ...rest }, ['openid', 'email']);
    expect(await holders()).toEqual([{ id: stranger.account.id, name: null, email: stranger.email, disabled: null }]);
    await db()
      .insertInto('team_members')
      .values({ team_id: team.id, account_id: stranger.account.id, role: 'viewer', created_at: new Date() })
      .execute();
    expect(await holders()).toEqual([
      { id: stranger.account.id, name: stranger.account.name, email: stranger.email, disabled: false },
    ]);
    const all = await aRobot(server, ['roles:read']);
    expect((await all.call('GET', `/roles/${role.id}/holders`)).body.accounts).toEqual(await holders());
  });

  it.each([
    ['by id once they let an app of the team know them', ['openid'], false, 'id', 204],
    ['by address only with the scope for it', ['openid', 'profile'], false, 'email', 400],
    ['by address once an app may see it', ['openid', 'email'], false, 'email', 204],
    ['by id once they agreed to the use of an API of the team', [], true, 'id', 204],
  ] as const)('can be given a role %s', async (_how, scopes, ofApi, what, expected) => {
    const setting = await aSetting();
    const { team, role, stranger, api } = setting;
    if (ofApi) {
      const other = await aSetting();
      await consents({ ...other, stranger }, [...scopes], { [api.identifier]: ['read'] });
    } else await consents(setting, [...scopes]);
    const robot = await aRobot(server, ['roles:write'], team.id);
    const who = what === 'id' ? stranger.account.id : stranger.email;
    const { status } = await robot.call('PUT', `/roles/${role.id}/accounts/${encodeURIComponent(who)}`);
    expect(status).toBe(expected);
  });

  it('of another team who decides about an app, or made something of it, is not named to the team', async () => {
    const { developer, appId, stranger } = await aSetting();
    await db().updateTable('clients').set({ created_by: stranger.account.id }).where('id', '=', appId).execute();
    await db()
      .insertInto('audit_events')
      .values({
        at: new Date(),
        type: 'client.disabled',
        actor_type: 'account',
        actor_id: stranger.account.id,
        client_id: appId,
        account_id: null,
        ip: null,
        request_id: null,
        detail: JSON.stringify({ reason: 'a trial' }),
      })
      .execute();
    const visitor = await aVisitor(server, developer);
    for (const path of ['/', `/apps/${appId}`]) {
      const { text, response } = await visitor.visit(path);
      expect([response.status, text.includes(stranger.account.name)]).toEqual([200, false]);
    }
    expect((await visitor.visit('/')).text).toContain('Someone');
  });
});

it('the code of an invitation is not for the owner of a team who sends it by mail, but for an admin', async () => {
  const mailing = await startTestServer({ beside: server, env: { SMTP_URL: 'smtp://127.0.0.1:1' } });
  try {
    const team = await aTeam(server);
    for (const [roles, shown] of [
      [{ team: team.id, role: 'owner' }, false],
      [{ platform: 'admin' }, true],
    ] as const) {
      const visitor = await aVisitor(mailing, await aMember(server, roles));
      const email = `code-${shown}@example.com`;
      const page = await visitor.submit(await visitor.visit(`/teams/${team.id}`), '/invitations', {
        email,
        role: 'viewer',
      });
      expect(page.text).toContain(`Invited ${email}.`);
      expect(page.text.includes('lki_')).toBe(shown);
    }
  } finally {
    await mailing.stop();
  }
});
