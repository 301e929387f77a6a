import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';
import { type AppAnswer, credentialsOf, type SecretAnswer } from './answers.ts';
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

async function anApi(...options: string[]): Promise<string> {
  const identifier = `https://${unique()}.example.com`;
  const scopes = ['--scope', 'pay:read:Read payments', '--scope', 'pay:refund'];
  await answer(['api', 'create', '--identifier', identifier, '--name', 'Pay', ...scopes, ...options]);
  return identifier;
}

const aMachine = (...options: string[]) =>
  answer<AppAnswer>(['app', 'create', '--name', `Nightly ${unique()}`, '--type', 'machine', ...options]);

async function aTeam(): Promise<string> {
  const name = `Team ${unique()}`;
  const { email } = await aPerson(server.database);
  await answer(['team', 'create', '--name', name, '--owner', email]);
  return name;
}

describe('latchkey app', () => {
  it('shows and changes an app, and takes away what an empty value names', async () => {
    const team = await aTeam();
    const app = await aMachine(
      '--team',
      team,
      '--description',
      'Reads at night',
      '--homepage',
      'https://a.example.com',
    );
    expect(await answer(['app', 'show', app.client_id])).toMatchObject({
      ...{ id: app.client_id, client_id: app.client_id, type: 'machine', team_name: team, apis: [] },
      ...{ description: 'Reads at night', homepage: 'https://a.example.com' },
    });
    const changed = await answer(['app', 'update', app.client_id, '--name', 'Daily', '--homepage', '']);
    expect(changed).toMatchObject({ name: 'Daily', homepage: null, description: 'Reads at night' });
    const other = await aTeam();
    const moved = await answer(['app', 'update', app.client_id, '--team', other, '--first-party']);
    expect(moved).toMatchObject({ team_name: other, first_party: true, name: 'Daily' });
    expect((await run(['app', 'show', app.client_id])).stdout).toMatch(/^Daily\n\n +client_id +app_/);
  });

  it('ends with 1 when nothing is to change or the rules refuse it, and names the option', async () => {
    const app = await aMachine();
    expect(await run(['app', 'update', app.client_id])).toMatchObject({ code: 1, stdout: '' });
    const refused = await run(['app', 'update', app.client_id, '--redirect-uri', 'http://app.example.com/cb']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: --redirect-uri/) });
  });

  it('deletes one: the next token request fails', async () => {
    const api = await anApi();
    const app = await aMachine('--api', api);
    expect((await requestToken(server, credentialsOf(app))).status).toBe(200);
    expect(await answer(['app', 'delete', app.client_id])).toEqual({ client_id: app.client_id, deleted: true });
    expect((await requestToken(server, credentialsOf(app))).status).toBe(401);
    expect((await run(['app', 'show', app.client_id])).code).toBe(1);
  });

  it('tells how much one did, and who used an API', async () => {
    const api = await anApi();
    const app = await aMachine('--api', api);
    await requestToken(server, credentialsOf(app));
    await server.app.usage.flush();
    expect(await answer(['app', 'usage', app.client_id, '--period', '24h'])).toMatchObject({
      outcomes: [{ event: 'client_credentials', outcome: 'ok', api: 'Pay', count: 1 }],
    });
    expect(await answer(['api', 'usage', api])).toMatchObject({
      consumers: [{ app_id: app.client_id, calls: 1, failures: 0 }],
    });
    expect((await run(['api', 'usage', api])).stdout).toMatch(/^1 call in 7d, of which 0 failed\.\n\nCLIENT ID/);
  });

  it('is in the audit trail, with who did it', async () => {
    const app = await aMachine();
    await answer(['app', 'disable', app.client_id, '--reason', 'a test']);
    expect(await answer(['audit', 'list', '--app', app.client_id, '--type', 'client.disabled'])).toMatchObject([
      { type: 'client.disabled', actor: { type: 'operator' }, app_id: app.client_id, detail: { reason: 'a test' } },
    ]);
    expect((await run(['audit', 'list', '--app', app.client_id])).stdout).toMatch(
      /client\.disabled +operator .*reason=a test/,
    );
  });

  it('lists the requests of one, each failure with its cause and fix', async () => {
    const app = await aMachine('--api', await anApi());
    await requestToken(server, credentialsOf(app), { scope: 'pay:everything' });
    await server.app.usage.flush();
    const requests = await answer<{ outcome: string; fix: string | null }[]>(['app', 'requests', app.client_id]);
    expect(requests).toMatchObject([{ outcome: 'invalid_scope', fix: expect.stringMatching(/.+/) }]);
  });
});

describe('latchkey secret', () => {
  it('rotates: the old one stays for a day, or for as long as --keep says, in words too', async () => {
    const app = await aMachine('--api', await anApi());
    const first = app.secret_id ?? '';
    const rotate = ['secret', 'rotate', app.client_id, first];
    const second = await answer<SecretAnswer>(rotate);
    const status = async (clientSecret: string) =>
      (await requestToken(server, { clientId: app.client_id, clientSecret })).status;
    const both = async () => [await status(second.client_secret), await status(credentialsOf(app).clientSecret)];
    expect([await both(), await both()]).toEqual([
      [200, 200],
      [200, 200],
    ]);
    const endOf = async () => {
      const listed = await answer<{ id: string; expires_at: string }[]>(['secret', 'list', app.client_id]);
      return Date.parse(listed.find(({ id }) => id === first)?.expires_at ?? '') - Date.now();
    };
    expect(await endOf()).toBeGreaterThan(86_300_000);
    expect(await endOf()).toBeLessThanOrEqual(86_400_000);
    expect((await run([...rotate, '--keep', '90m'])).stdout).toContain(`${first} works for 90 minutes more, unless`);
    expect(await endOf()).toBeLessThanOrEqual(5_400_000);
    expect((await run([...rotate, '--keep', '7d'])).stdout).toContain(`${first} works for 168 hours more, unless`);
    expect(await endOf()).toBeLessThanOrEqual(5_400_000);
    for (const wrong of ['24', '0h', '-1h', '366d', '1w', '1.5h', '']) {
      expect(await run([...rotate, '--keep', wrong])).toMatchObject({ code: 2, stdout: '' });
    }
    expect(await run([...rotate, '--keep', '1h', '--old-ends', 'now'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('rotates: the old one ends when the new one is first used, or at once', async () => {
    const app = await aMachine('--api', await anApi());
    const first = app.secret_id ?? '';
    const second = await answer<SecretAnswer>([
      ...['secret', 'rotate', app.client_id, first, '--name', 'July'],
      ...['--old-ends', 'first-use'],
    ]);
    expect(await answer(['secret', 'list', app.client_id])).toMatchObject([
      { id: first, standing: 'waiting', successor_id: second.secret_id },
      { id: second.secret_id, name: 'July', standing: 'unused' },
    ]);
    const args = ['secret', 'rotate', app.client_id, second.secret_id, '--old-ends', 'now'];
    const third = await answer<SecretAnswer>(args);
    const status = async (clientSecret: string) =>
      (await requestToken(server, { clientId: app.client_id, clientSecret })).status;
    expect([await status(second.client_secret), await status(third.client_secret)]).toEqual([401, 200]);
    expect((await run([...args.slice(0, -1), 'tomorrow'])).code).toBe(2);
  });
});

describe('latchkey api', () => {
  it('adds, describes, marks and drops scopes, and leaves the others as they are', async () => {
    const api = await anApi('--needs-approval', 'pay:refund');
    const changed = await answer<{ scopes: { name: string }[] }>([
      ...['api', 'update', api, '--add-scope', 'pay:all:Pay anything', '--needs-role', 'pay:all'],
      ...['--needs-no-approval', 'pay:refund', '--remove-scope', 'pay:read', '--token-lifetime', '60'],
    ]);
    expect(changed).toMatchObject({
      token_lifetime: 60,
      scopes: [
        { name: 'pay:refund', needs_role: false, needs_approval: false },
        { name: 'pay:all', description: 'Pay anything', needs_role: true, needs_approval: false },
      ],
    });
    expect((await run(['api', 'update', api, '--remove-scope', 'pay:nothing'])).stderr).toMatch(/no scope pay:nothing/);
    expect(await answer(['api', 'show', api])).toEqual(changed);
  });

  it('belongs to a team and is seen by others that are named', async () => {
    const [team, other] = [await aTeam(), await aTeam()];
    const api = await anApi('--team', team, '--visibility', 'selected', '--visible-team', other);
    expect(await answer(['api', 'show', api])).toMatchObject({ team_name: team, visible_teams: [{ name: other }] });
    expect(await answer<object[]>(['api', 'list', '--team', team])).toHaveLength(1);
  });

  it('suspends, resumes and deletes, and tokens follow', async () => {
    const api = await anApi();
    const app = await aMachine('--api', api);
    const status = async () => (await requestToken(server, credentialsOf(app), { resource: api })).status;
    await answer(['api', 'suspend', api, '--reason', 'it leaks']);
    expect(await status()).toBe(400);
    await answer(['api', 'resume', api]);
    expect(await status()).toBe(200);
    await answer(['api', 'delete', api]);
    expect(await status()).toBe(400);
  });
});

describe('latchkey subscription', () => {
  const ask = (app: AppAnswer, api: string, ...more: string[]) =>
    answer<{ id: string }>(['subscription', 'request', '--app', app.client_id, '--api', api, ...more]);

  it('asks, approves a part, narrows nothing more, suspends, resumes and cancels', async () => {
    const api = await anApi('--needs-approval', 'pay:refund');
    const app = await aMachine();
    const asked = await ask(app, api, '--reason', 'refunds');
    expect(asked).toMatchObject({
      ...{ state: 'active', scopes: ['pay:read'], app: { id: app.client_id }, api: { identifier: api } },
      request: { scopes: ['pay:refund'], reason: 'refunds' },
    });
    expect(await answer<object[]>(['subscription', 'list', '--api', api])).toEqual([asked]);
    const isThere = (list: { id: string }[]) => list.some(({ id }) => id === asked.id);
    // It is live, and a request of it waits.
    expect(isThere(await answer(['subscription', 'list', '--all', '--state', 'pending']))).toBe(false);
    expect(isThere(await answer(['subscription', 'list', '--all', '--waiting']))).toBe(true);
    const step = (name: string, ...options: string[]) => answer(['subscription', name, asked.id, ...options]);
    expect(await step('approve', '--note', 'go on')).toMatchObject({
      ...{ scopes: ['pay:read', 'pay:refund'], request: null, decision: { note: 'go on' } },
    });
    expect(isThere(await answer(['subscription', 'list', '--all', '--waiting']))).toBe(false);
    expect((await run(['subscription', 'list', '--waiting', '--state', 'active'])).code).toBe(2);
    expect(await step('narrow', '--scope', 'pay:read')).toMatchObject({ scopes: ['pay:read'] });
    expect(await step('suspend', '--reason', 'a test')).toMatchObject({ state: 'suspended' });
    expect(await step('resume')).toMatchObject({ state: 'active' });
    expect(await step('cancel', '--reason', 'over')).toMatchObject({ state: 'cancelled', scopes: [] });
    expect(await run(['subscription', 'approve', asked.id])).toMatchObject({ code: 1, stdout: '' });
  });

  it('denies and withdraws a request', async () => {
    const api = await anApi('--needs-approval', 'pay:refund');
    const app = await aMachine();
    const { id } = await ask(app, api, '--scope', 'pay:refund', '--reason', 'refunds');
    expect(await answer(['subscription', 'withdraw', id])).toMatchObject({ state: 'cancelled' });
    await ask(app, api, '--scope', 'pay:refund', '--reason', 'once more');
    expect(await answer(['subscription', 'deny', id, '--note', 'no'])).toMatchObject({ state: 'denied' });
    expect((await run(['subscription', 'show', id])).stdout).toMatch(/note +no/);
  });
});

describe('long lists', () => {
  it('stop at the limit and say so on stderr, and go on to the end with --all', async () => {
    const team = await aTeam();
    const { id } = await answer<{ id: string }>(['team', 'show', team]);
    for (let count = 0; count < 3; count += 1) await aClient(server.database, { type: 'machine', team: id });
    const limited = await run(['app', 'list', '--team', team, '--limit', '2', '--json']);
    expect(JSON.parse(limited.stdout)).toHaveLength(2);
    expect(limited).toMatchObject({ code: 0, stderr: 'These are the first 2. --all lists all of them.\n' });
    expect(await answer(['app', 'list', '--team', team, '--all'])).toHaveLength(3);
    expect((await run(['app', 'list', '--limit', '0'])).code).toBe(2);
  });
});
