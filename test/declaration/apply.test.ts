import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { listSecrets } from '../../src/clients/secrets/secrets.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { addPeople, apply, by, empty, exported } from './databases.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await addPeople(test.database);
});
beforeEach(() => empty(test.database));
afterAll(() => test.drop());

const FILE = `
groups:
  - name: Clerks
    members: [cleo@example.com]
teams:
  - name: Sales
    members:
      - { email: ada@example.com, role: owner }
apis:
  - identifier: https://pay.example.com
    name: Pay
    team: sales
    scopes:
      - { name: pay:read, description: Read payments }
      - { name: pay:refund, needs_approval: true, needs_role: true }
    roles:
      - { name: clerk, scopes: [pay:refund], people: [Bob@Example.com], groups: [clerks] }
apps:
  - id: nightly
    name: Nightly job
    type: machine
    team: Sales
    default_api: https://pay.example.com
    subscriptions:
      - { api: https://pay.example.com, scopes: [pay:read] }
`;

const problemsOf = (text: string, options = {}) =>
  apply(test.database, text, options).then(
    () => [],
    (error: Error) => error.message.split('\n'),
  );

describe('apply', () => {
  it('says what it makes, and the second time that there is nothing to do', async () => {
    expect((await apply(test.database, FILE)).changes).toEqual([
      '+ the group “Clerks”',
      '+ the team “Sales”',
      '+ cleo@example.com in the group “Clerks”',
      '+ ada@example.com in the team “Sales” as owner',
      '+ the API https://pay.example.com: scopes pay:read pay:refund',
      '+ the role clerk of https://pay.example.com: scopes pay:refund',
      '+ the app nightly (Nightly job), machine (it has no secret until you add one: npx latchkey secret add nightly)',
      '+ the subscription of https://pay.example.com by nightly: scopes pay:read',
      '+ the role clerk of https://pay.example.com for Bob@example.com',
      '+ the role clerk of https://pay.example.com for the group “clerks”',
    ]);
    expect(await listSecrets(test.database.db, 'nightly', by())).toEqual([]);
    expect(await apply(test.database, FILE)).toEqual({ changes: [], left: [] });
  });

  it('says what it changes, from what to what', async () => {
    await apply(test.database, FILE);
    const changed = FILE.replace('name: Nightly job', 'name: Daily job')
      .replace('role: owner }', 'role: owner }\n      - { email: bob@example.com, role: viewer }')
      .replace('scopes: [pay:read]', 'scopes: [pay:read, pay:refund]')
      .replace('Read payments', 'See payments');
    expect((await apply(test.database, changed)).changes).toEqual([
      '+ bob@example.com in the team “Sales” as viewer',
      '~ the scope pay:read of https://pay.example.com: description “Read payments” → “See payments”',
      '~ the app nightly (Daily job): name “Nightly job” → “Daily job”',
      '~ the subscription of https://pay.example.com by nightly: scopes pay:read → pay:read pay:refund',
    ]);
  });

  it('names a team by its name, and does not count another spelling as a change', async () => {
    const two = FILE.replace('teams:', 'teams:\n  - name: Data Platform');
    await apply(test.database, two);
    expect(await apply(test.database, two.replaceAll('team: Sales', 'team: SALES'))).toMatchObject({ changes: [] });
    expect((await apply(test.database, two.replaceAll(/team: sales/gi, 'team: Data Platform'))).changes).toEqual([
      '~ the API https://pay.example.com: team Sales → “Data Platform”',
      '~ the app nightly (Nightly job): team Sales → “Data Platform”',
    ]);
  });

  it('removes what is not in the lists of the file only with --prune, and does not look at lists that it lacks', async () => {
    await apply(test.database, FILE);
    const smaller = `
apis: []
apps:
  - { id: nightly, name: Nightly job, type: machine, team: Sales, subscriptions: [] }`;
    const gone = ['the subscription of https://pay.example.com by nightly', 'the API https://pay.example.com'];
    expect(await apply(test.database, smaller)).toMatchObject({
      changes: ['~ the app nightly (Nightly job): default_api https://pay.example.com → (none)'],
      left: expect.arrayContaining(gone),
    });
    expect((await apply(test.database, smaller, { prune: true })).changes).toEqual([
      '- the subscription of https://pay.example.com by nightly (its tokens are refused)',
      '- the API https://pay.example.com (its scopes, roles and subscriptions go, and its tokens are refused)',
    ]);
    expect(await exported(test.database)).toContain('name: Sales');
  });

  it('makes the new owner before it demotes the old one', async () => {
    const two = (ada: string, bob: string) =>
      FILE.replace('role: owner }', `role: ${ada} }\n      - { email: bob@example.com, role: ${bob} }`);
    await apply(test.database, two('owner', 'viewer'));
    expect((await apply(test.database, two('viewer', 'owner'))).changes).toEqual([
      '~ bob@example.com in the team “Sales”: role viewer → owner',
      '~ ada@example.com in the team “Sales”: role owner → viewer',
    ]);
  });

  it('lets a team change hands, and ends an app’s secrets when it signs with keys', async () => {
    await apply(test.database, FILE);
    const changed = FILE.replace('ada@example.com, role', 'bob@example.com, role').replace(
      'type: machine',
      'type: machine\n    auth_method: private_key_jwt\n    jwks_uri: https://keys.example.com/jwks',
    );
    expect((await apply(test.database, changed, { prune: true })).changes).toEqual([
      '+ bob@example.com in the team “Sales” as owner',
      expect.stringMatching(/^~ the app nightly .*auth_method client_secret_basic → private_key_jwt.*its secrets end/),
      '- ada@example.com from the team “Sales”',
    ]);
  });

  it('subscribes to the admin API by a name that does not depend on where the server is', async () => {
    const robot = `
apps:
  - id: robot
    name: Robot
    type: machine
    default_api: latchkey-admin-api
    subscriptions: [{ api: latchkey-admin-api, scopes: [apps:read] }]`;
    await apply(test.database, robot);
    expect(await exported(test.database)).toContain('default_api: latchkey-admin-api');
    expect(await apply(test.database, robot, { prune: true })).toEqual({ changes: [], left: [] });
  });
});

describe('the version of a file', () => {
  const APP = `apps:\n  - { id: billing, name: Billing, type: web, redirect_uris: [https://app.example.com/cb] }\n`;
  const rowOf = () =>
    test.database.db
      .selectFrom('clients')
      .select(['id_token_alg', 'pkce', 'refresh_retry_seconds', 'offline_access'])
      .where('id', '=', 'billing')
      .executeTakeFirstOrThrow();
  const OLD = { id_token_alg: 'ES256', pkce: 'required', refresh_retry_seconds: 0, offline_access: 'with_prompt' };
  const NEW = { id_token_alg: 'RS256', pkce: 'required', refresh_retry_seconds: 10, offline_access: 'allowed' };

  it.each([
    ['none', '', OLD],
    ['1', 'version: 1\n', OLD],
    ['2', 'version: 2\n', NEW],
  ])('says what is meant by what is left out of an app: %s', async (_name, version, meant) => {
    await apply(test.database, version + APP);
    expect(await rowOf()).toEqual(meant);
    expect((await apply(test.database, version + APP)).changes).toEqual([]);
  });

  it('is 2 in what is exported, which says what is not a default of that', async () => {
    await apply(test.database, APP);
    const text = await exported(test.database);
    expect(text).toMatch(/^version: 2$/m);
    expect(text).toMatch(/^ {4}id_token_alg: ES256$/m);
    expect(text).toMatch(/^ {4}refresh_retry_seconds: 0$/m);
    expect((await apply(test.database, text)).changes).toEqual([]);
    await apply(test.database, `version: 2\n${APP}`);
    expect(await exported(test.database)).not.toMatch(/id_token_alg|pkce|refresh_retry_seconds|offline_access/);
  });
});

describe('what is stopped', () => {
  const STOPPED = FILE.replace('name: Sales', 'name: Sales\n    suspended: no contract')
    .replace('name: Pay\n', 'name: Pay\n    suspended: it leaks\n')
    .replace('scopes: [pay:read] }', 'scopes: [pay:read], suspended: a test }')
    .replace('name: Nightly job', 'name: Nightly job\n    disabled: leaked');

  it('is exported, and stopped again elsewhere', async () => {
    await apply(test.database, STOPPED);
    const text = await exported(test.database);
    expect(text.match(/(suspended|disabled): .*/g)?.sort()).toEqual([
      ...['disabled: leaked', 'suspended: a test', 'suspended: it leaks', 'suspended: no contract'],
    ]);
    await empty(test.database);
    await apply(test.database, text);
    expect(await exported(test.database)).toBe(text);
  });

  it('is never started by a file', async () => {
    await apply(test.database, STOPPED);
    const text = await exported(test.database);
    expect(await apply(test.database, FILE, { prune: true })).toEqual({ changes: [], left: [] });
    expect(await exported(test.database)).toBe(text);
  });
});

describe('what cannot be done', () => {
  it.each([
    [
      'a person without an account',
      FILE.replace('ada@', 'nobody@'),
      'line 8: There is nobody with the address nobody@',
    ],
    ['an unknown setting', FILE.replace('type: machine', 'typ: machine'), 'There is no “typ” here.'],
    ['a missing setting', FILE.replace('    name: Nightly job\n', ''), 'line 19: “name” is missing.'],
    ['a wrong kind of value', FILE.replace('name: Pay', 'name: [Pay]'), 'line 11: “name” has to be a text.'],
    ['an app without an id', FILE.replace('id: nightly\n    name', 'name'), 'line 19: An app needs an id. Choose one'],
    [
      'an id that is not ours to give',
      FILE.replace('id: nightly', 'id: latchkey-portal'),
      'line 19: An id has 3 to 41',
    ],
    [
      'a scope that the API lacks',
      FILE.replace('[pay:read] }', '[pay:all] }'),
      'line 25: The API https://pay.example.com',
    ],
    ['an unknown team', FILE.replace('team: sales', 'team: Shop'), 'line 12: There is no team Shop'],
    ['a group that is there twice', FILE.replace('teams:', '  - name: CLERKS\nteams:'), 'line 5: A group of this name'],
    [
      'a redirect URI of a machine',
      `${FILE}    redirect_uris: [https://a.example.com/]`,
      'line 26: An app of this kind has no',
    ],
    ['what is not YAML', FILE.replace('apps:', 'apps: ]'), 'line 19: '],
    ['text that cannot be kept', FILE.replace('Read payments', '"a\\0b"'), 'line 14: This text has a character in it'],
    ['another version', `version: 3\n${FILE}`, 'line 1: This server reads versions 1 and 2'],
  ])('is refused with its line, and nothing is changed: %s', async (_name, text, message) => {
    expect((await problemsOf(text)).join('\n')).toContain(message);
    expect(await exported(test.database)).toContain('apps: []');
  });

  it('is refused for the type of an app that is there', async () => {
    await apply(test.database, FILE);
    const other = FILE.replace('type: machine', 'type: web\n    redirect_uris: [https://a.example.com/cb]');
    expect(await problemsOf(other)).toEqual([expect.stringMatching(/^line 21: The type of an app cannot be changed/)]);
  });

  it('is refused when --prune would remove what the file still uses', async () => {
    await apply(test.database, FILE);
    const fewer = FILE.replace('      - { name: pay:read, description: Read payments }\n', '');
    expect(await problemsOf(fewer)).toEqual([]);
    expect(await problemsOf(fewer, { prune: true })).toEqual([
      'line 24: The API https://pay.example.com has no scope pay:read.',
    ]);
    const teamless = FILE.replace(/teams:[\s\S]*apis:/, 'teams: []\napis:');
    expect((await problemsOf(teamless, { prune: true })).join()).toMatch(
      /There is no team sales.*There is no team Sales/,
    );
  });

  it('changes nothing when the last of many changes is refused', async () => {
    await apply(test.database, FILE);
    const before = await exported(test.database);
    const ownerless = FILE.replace(/members:\n.*role: owner }/, 'members: []').replace('Nightly job', 'Daily job');
    expect(await problemsOf(ownerless, { prune: true })).toEqual([expect.stringContaining('last owner of the team')]);
    expect(await exported(test.database)).toBe(before);
  });
});

it('makes everything once when several apply it at once', async () => {
  const results = await Promise.all(Array.from({ length: 4 }, () => apply(test.database, FILE)));
  expect(results.map(({ changes }) => changes.length).sort((a, b) => a - b)).toEqual([0, 0, 0, 10]);
});

it('ends tokens when it takes scopes away, and writes who did it', async () => {
  const { db } = test.database;
  await apply(test.database, FILE.replace('[pay:read] }', '[pay:read, pay:refund] }'));
  await apply(test.database, FILE);
  const revoked = await db.selectFrom('revocations').select(['kind', 'value']).execute();
  expect(revoked).toContainEqual({ kind: 'subscription', value: 'nightly https://pay.example.com' });
  const events = await db.selectFrom('audit_events').select('actor_type').where('client_id', '=', 'nightly').execute();
  expect(new Set(events.map((event) => event.actor_type))).toEqual(new Set(['operator']));
});
