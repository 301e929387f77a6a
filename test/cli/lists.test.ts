import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subscribe } from '../../src/subscriptions/subscriptions.ts';
import { aClient, anApi } from '../support/factories.ts';
import { aGroup } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';
import { aCount } from '../support/usage.ts';
import { commandLineOf } from './in-process.ts';

let server: TestServer;
let run: ReturnType<typeof commandLineOf>['run'];
let answer: ReturnType<typeof commandLineOf>['answer'];
beforeAll(async () => {
  server = await startTestServer();
  ({ run, answer } = commandLineOf(server));
});
afterAll(() => server.stop());

const db = () => server.database.db;
const names = async (command: string[]) => (await answer<{ name: string }[]>(command)).map(({ name }) => name);

async function anAppOf(team: string, name: string, hoursAgo?: number) {
  const { clientId } = await aClient(server.database, { type: 'machine', team, name });
  if (hoursAgo !== undefined) await aCount(server, { clientId, count: 1, hoursAgo });
  return clientId;
}

describe('--sort', () => {
  it('sorts apps, and the table says when each was used last', async () => {
    const { id: team } = await aTeam(server);
    const used = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 7 * 3_600_000).toISOString();
    await anAppOf(team, 'b listed', 7);
    await anAppOf(team, 'A listed');
    expect(await names(['app', 'list', '--team', team, '--sort', 'name'])).toEqual(['A listed', 'b listed']);
    expect(await names(['app', 'list', '--team', team, '--sort', '-used'])).toEqual(['b listed', 'A listed']);
    const { stdout } = await run(['app', 'list', '--team', team, '--sort', '-used']);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/CREATED +LAST USED +STATE/);
    expect(lines[1]).toContain(used.replace('.000Z', 'Z'));
    expect(await answer(['app', 'list', '--team', team, '--sort', 'used'])).toMatchObject([
      { name: 'A listed', last_used_at: null },
      { name: 'b listed', last_used_at: used },
    ]);
  });

  it('sorts subscriptions, and requests that wait', async () => {
    const { id: team } = await aTeam(server);
    const api = await anApi(server.database, { teamId: team });
    for (const name of ['b asks', 'A asks']) {
      const clientId = await anAppOf(team, name);
      const by = { actor: { type: 'operator' } as const, now: new Date() };
      await subscribe(db(), { clientId, apiIdentifier: api.identifier, scopes: ['reports:read'] }, by);
    }
    const pending = { pending_scopes: ['reports:read'], pending_at: new Date() };
    await db().updateTable('subscriptions').set(pending).execute();
    const apps = async (...more: string[]) =>
      (await answer<{ app: { name: string } }[]>(['subscription', 'list', ...more])).map(({ app }) => app.name);
    expect(await apps('--api', api.identifier, '--sort', 'app')).toEqual(['A asks', 'b asks']);
    expect(await apps('--waiting', '--search', 'asks', '--sort', '-app')).toEqual(['b asks', 'A asks']);
    const refused = await run(['subscription', 'list', '--waiting', '--sort', 'created']);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('sort')]);
  });

  it('sorts and searches members of a team and of a group', async () => {
    const { id: team } = await aTeam(server);
    const [zoe, adam] = [await aMember(server, { team }), await aMember(server, { team })];
    for (const [{ account }, name] of [[zoe, 'zoe'] as const, [adam, 'Adam'] as const]) {
      await db().updateTable('accounts').set({ name }).where('id', '=', account.id).execute();
    }
    const { id: group } = await aGroup(server.database, [zoe.account.id, adam.account.id]);
    expect(await names(['team', 'members', team, '--sort', '-name'])).toEqual(['zoe', 'Adam']);
    expect(await names(['team', 'members', team, '--search', adam.email])).toEqual(['Adam']);
    expect(await names(['group', 'members', group, '--sort', 'name'])).toEqual(['Adam', 'zoe']);
    expect(await names(['group', 'members', group, '--search', 'zoe'])).toEqual(['zoe']);
  });

  it.each([
    ['api list', 'subscribers'],
    ['team list', 'name'],
    ['user list', '-seen'],
    ['group list', '-people'],
    ['mail list', 'recipient'],
  ])('is known to %s', async (command, sort) => {
    expect((await run([...command.split(' '), '--sort', sort])).code).toBe(0);
    expect((await run([...command.split(' '), '--sort', 'password'])).code).toBe(2);
  });
});
