import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anApi, aPerson } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { commandLineOf } from './in-process.ts';

let server: TestServer;
let run: ReturnType<typeof commandLineOf>['run'];
let answer: ReturnType<typeof commandLineOf>['answer'];

beforeAll(async () => {
  server = await startTestServer();
  ({ run, answer } = commandLineOf(server));
});
afterAll(() => server.stop());

const unique = () => randomBytes(4).toString('hex');

describe('latchkey team', () => {
  it('starts, renames, shows and deletes a team, by its name', async () => {
    const [name, next] = [`Sales ${unique()}`, `Shop ${unique()}`];
    const team = await answer<{ id: string }>(['team', 'create', '--name', name]);
    expect(await answer(['team', 'list', '--search', name])).toEqual([team]);
    expect(await answer(['team', 'update', name.toUpperCase(), '--name', next])).toMatchObject({ name: next });
    expect(await answer(['team', 'show', team.id])).toMatchObject({ id: team.id, name: next, apps: [], apis: [] });
    expect(await answer(['team', 'delete', next])).toEqual({ id: team.id, deleted: true });
    expect(await run(['team', 'show', next])).toMatchObject({ code: 1, stderr: `error: There is no team ${next}.\n` });
  });

  it('adds, changes and removes members, and keeps an owner', async () => {
    const [ada, bob] = [await aPerson(server.database), await aPerson(server.database)];
    const name = `Team ${unique()}`;
    await answer(['team', 'create', '--name', name, '--owner', ada.email]);
    await answer(['team', 'member', 'add', name, bob.email, 'viewer']);
    expect((await run(['team', 'member', 'add', name, bob.email, 'viewer'])).code).toBe(1);
    await answer(['team', 'member', 'role', name, bob.email, 'developer']);
    expect(await answer(['team', 'members', name])).toMatchObject([
      { email: ada.email, role: 'owner', disabled: false },
      { email: bob.email, role: 'developer', account_id: bob.account.id },
    ]);
    await answer(['team', 'member', 'remove', name, bob.email]);
    expect(await run(['team', 'member', 'remove', name, ada.email])).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('last owner') },
    });
    expect((await run(['team', 'member', 'add', name, bob.email, 'king'])).code).toBe(2);
  });

  it('invites: the mail is in the outbox, and no code is printed', async () => {
    const [name, email] = [`Team ${unique()}`, `${unique()}@example.org`];
    await answer(['team', 'create', '--name', name]);
    const { stdout } = await run(['team', 'invite', name, '--email', email, '--role', 'viewer', '--json']);
    expect(stdout).not.toMatch(/lki_/);
    const invitation = JSON.parse(stdout) as { id: string };
    expect(await answer(['mail', 'list', '--search', email])).toMatchObject([{ recipient: email, state: 'waiting' }]);
    expect(await answer(['team', 'invitations', name])).toEqual([invitation]);
    await answer(['team', 'uninvite', invitation.id]);
    expect(await answer(['team', 'invitations', name])).toEqual([]);
  });

  it('suspends and resumes', async () => {
    const name = `Team ${unique()}`;
    await answer(['team', 'create', '--name', name]);
    await answer(['team', 'suspend', name, '--reason', 'the contract has ended']);
    expect(await answer(['team', 'show', name])).toMatchObject({ suspended_reason: 'the contract has ended' });
    await answer(['team', 'resume', name]);
    expect((await run(['team', 'resume', name])).code).toBe(1);
  });
});

describe('latchkey group and role', () => {
  it('gives a role to a person and to a group, and takes it away', async () => {
    const [ada, bob] = [await aPerson(server.database), await aPerson(server.database)];
    const { identifier } = await anApi(server.database);
    const group = `Readers ${unique()}`;
    await answer(['group', 'create', '--name', group]);
    await answer(['group', 'add', group, bob.email]);
    expect(await answer(['group', 'members', group])).toMatchObject([{ account_id: bob.account.id }]);

    const of = ['--api', identifier];
    const role = await answer<{ id: string }>(['role', 'create', ...of, '--name', 'reader', '--scope', 'reports:read']);
    await answer(['role', 'assign', 'reader', ...of, '--user', ada.email]);
    await answer(['role', 'assign', role.id, '--group', group]);
    expect(await answer(['role', 'show', 'reader', ...of])).toMatchObject({
      ...{ id: role.id, scopes: ['reports:read'], groups: [{ name: group }] },
      accounts: [{ id: ada.account.id, email: ada.email, disabled: false }],
    });
    expect(await answer(['user', 'show', bob.email])).toMatchObject({
      ...{ groups: [{ name: group }], roles: [{ name: 'reader', group }], teams: [], sessions: 0 },
    });
    expect(await answer(['group', 'show', group])).toMatchObject({ roles: [{ name: 'reader' }] });
    await answer(['role', 'unassign', 'reader', ...of, '--user', ada.email]);
    expect((await run(['role', 'unassign', 'reader', ...of, '--user', ada.email])).code).toBe(1);
    expect((await run(['role', 'assign', 'reader', ...of])).code).toBe(2);

    const scopes = ['--scope', 'reports:read reports:write'];
    expect(await answer(['role', 'update', 'reader', ...of, ...scopes, '--name', 'writer'])).toMatchObject({
      ...{ name: 'writer', scopes: ['reports:read', 'reports:write'] },
    });
    expect(await answer(['role', 'list', ...of])).toMatchObject([{ id: role.id, name: 'writer' }]);
    await answer(['role', 'delete', 'writer', ...of]);
    await answer(['group', 'update', group, '--name', `${group} more`]);
    await answer(['group', 'remove', `${group} more`, bob.email]);
    await answer(['group', 'delete', `${group} more`]);
    expect(await answer(['group', 'list', '--search', group])).toEqual([]);
  });
});

describe('latchkey user', () => {
  it('invites to an account, and ends sessions', async () => {
    const email = `${unique()}@example.org`;
    expect(await answer(['user', 'invite', '--email', email])).toMatchObject({ email, role: null });
    const ada = await aPerson(server.database);
    expect(await answer(['user', 'sign-out', ada.email])).toEqual({ id: ada.account.id, signed_out: true });
    expect((await run(['user', 'invite', '--email', ada.email])).code).toBe(1);
    expect((await run(['user', 'role', ada.email, 'auditor'])).stdout).toBe(`${ada.email} is an auditor now.\n`);
  });

  it('changes a name and an address', async () => {
    const ada = await aPerson(server.database);
    const email = `${unique()}@example.org`;
    const changed = await answer(['user', 'update', ada.email, '--email', email, '--name', 'Ada King']);
    expect(changed).toMatchObject({ id: ada.account.id, email, name: 'Ada King', email_verified: true });
    expect(await answer(['user', 'show', email])).toMatchObject({ id: ada.account.id, name: 'Ada King' });
    const profile = ['--given-name', 'Ada', '--username', `ada.${email.slice(0, 6)}`];
    await answer(['user', 'update', email, ...profile]);
    expect(await answer(['user', 'show', email])).toMatchObject({ given_name: 'Ada', family_name: null });
    expect((await run(['user', 'show', email])).stdout).toContain('Ada');
    expect(await answer(['user', 'update', email, '--given-name', ''])).toMatchObject({ given_name: null });
    expect((await run(['user', 'update', email])).code).toBe(1);
    const wrong = await run(['user', 'update', email, '--email', 'nowhere']);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('--email')]);
  });

  it('deletes a person who is meant, and not the last owner of a team', async () => {
    const ada = await aPerson(server.database);
    const name = `Team ${unique()}`;
    await answer(['team', 'create', '--name', name, '--owner', ada.email]);
    expect((await run(['user', 'delete', ada.email])).code).toBe(2);
    const stderr = expect.stringContaining(`the last owner of the team ${name}.`);
    expect(await run(['user', 'delete', ada.email, '--yes'])).toMatchObject({ code: 1, stderr });
    await answer(['team', 'delete', name]);
    expect(await answer(['user', 'delete', ada.email, '--yes'])).toEqual({ id: ada.account.id, deleted: true });
    expect((await run(['user', 'show', ada.email])).code).toBe(1);
  });
});
