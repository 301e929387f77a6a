import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Finding } from '../../src/doctor/rule.ts';
import { aClient, anApi } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { requestToken } from '../support/tokens.ts';
import { commandLineOf } from './in-process.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Seconds. */
const DAY = 86_400;

it('examines PostgreSQL: its settings, its clock, and that ours is the newest schema', async () => {
  const { findings } = await commandLineOf(server)
    .run(['doctor', '--json'])
    .then(({ stdout }) => JSON.parse(stdout) as { findings: Finding[] });
  const ids = findings.map(({ id }) => id);
  // For speed, the databases of tests are not safe from power failures.
  if (server.databaseUrl) expect(ids).toContain('postgres-fsync-off');
  expect(ids).toEqual(expect.arrayContaining(['no-admin', 'cookie-flags']));
  for (const id of ['clock-skew', 'migrations-pending', 'signing-key-missing', 'master-key-missing']) {
    expect(ids).not.toContain(id);
  }
});

it('finds what is left over, and ends with 1 when a finding is as severe as --fail-on says', async () => {
  const { run, answer } = commandLineOf(server, { databaseUrl: undefined });
  expect((await run(['doctor'])).code).toBe(1);
  const admin = ['user', 'create', '--email', 'root@example.org', '--name', 'Root', '--admin', '--password-stdin'];
  await answer(admin, { stdin: 'correct horse battery staple' });
  await answer(['team', 'create', '--name', 'Nobody’s']);
  const { identifier } = await anApi(server.database);
  const subscriptions = [{ api: identifier, scopes: ['reports:read', 'reports:write'] }];
  const app = await aClient(server.database, { type: 'machine', subscriptions });
  controlTime();
  travel(20 * DAY);
  try {
    await requestToken(server, app, { resource: identifier, scope: 'reports:read' });
    await server.app.usage.flush();
    const { code, stdout, stderr } = await run(['doctor']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^WARNING {2}team-without-owner\n {2}The team “Nobody’s” has no owner\.\n {2}Why: /m);
    expect(stdout).toContain(`${app.clientId} may use ${identifier}, and no token of the last 14 days`);
    expect(stdout).toMatch(/\n\d+ checks: 0 errors, \d+ warnings?, \d+ notes?\.\n$/);
    expect((await run(['doctor', '--fail-on', 'warning'])).code).toBe(1);
    expect((await run(['doctor', '--fail-on', 'everything'])).code).toBe(2);
  } finally {
    releaseTime();
  }
});
