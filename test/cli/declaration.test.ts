import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { aClient, anApi } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';
import type { SecretAnswer } from './answers.ts';
import { commandLineOf } from './in-process.ts';

let server: TestServer;
let run: ReturnType<typeof commandLineOf>['run'];
let answer: ReturnType<typeof commandLineOf>['answer'];

beforeAll(async () => {
  server = await startTestServer();
  ({ run, answer } = commandLineOf(server));
});
afterAll(() => server.stop());

it('exports what there is, without any secret, its hash or the server’s own app and API', async () => {
  const { identifier } = await anApi(server.database);
  const app = await aClient(server.database, { type: 'machine', subscriptions: [{ api: identifier, scopes: [] }] });
  const { code, stdout, stderr } = await run(['export']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`  - id: ${app.clientId}\n`);
  const { hash } = await server.database.db.selectFrom('client_secrets').select('hash').executeTakeFirstOrThrow();
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    expect(stdout).not.toContain(Buffer.from(hash).toString(encoding));
  }
  expect(stdout).not.toMatch(new RegExp(`${app.clientSecret}|latchkey-portal|api_latchkey_admin`));
  expect(await answer(['export'])).toMatchObject({ version: 2, apps: [{ id: app.clientId }] });
});

const FILE = `
apis:
  - identifier: https://files.example.com
    name: Files
    scopes: [{ name: files:read }]
apps:
  - id: backup
    name: Backup
    type: machine
    subscriptions: [{ api: https://files.example.com, scopes: [files:read] }]
`;

it('applies a file: first as a dry run, then for good, and the app gets a token once it has a secret', async () => {
  const dry = await run(['apply', '-f', 'latchkey.yaml', '--dry-run'], { files: { 'latchkey.yaml': FILE } });
  expect(dry).toMatchObject({ code: 0, stderr: '' });
  expect(dry.stdout).toMatch(/^\+ the API https:\/\/files\.example\.com: scopes files:read\n/);
  expect(dry.stdout).toMatch(/\n3 to create, 0 to change, 0 to remove\. Nothing was changed\.\n/);
  expect((await run(['app', 'show', 'backup'])).code).toBe(1);

  expect(await answer(['apply', '-f', '-'], { stdin: FILE })).toMatchObject({
    ...{ dry_run: false, changes: [{ what: 'api' }, { what: 'app' }, { what: 'subscription', action: 'create' }] },
  });
  expect((await run(['apply', '-f', '-'], { stdin: FILE })).stdout).toMatch(/^Nothing to do\.\n/);

  const { client_secret: clientSecret } = await answer<SecretAnswer>(['secret', 'add', 'backup']);
  const { status, body } = await requestToken(server, { clientId: 'backup', clientSecret });
  expect({ status, scope: body.scope }).toEqual({ status: 200, scope: 'files:read' });
  expect((await run(['apply', '-f', '-', '--prune', '--dry-run'], { stdin: 'apps: []' })).stdout).toMatch(/^- the app/);
});

it('ends with 1 and the file and line of each problem', async () => {
  const files = { 'bad.yaml': FILE.replace('name: Files', 'nam: Files') };
  const { code, stdout, stderr } = await run(['apply', '-f', 'bad.yaml', '--json'], { files });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.split('\n').slice(0, -1)).toEqual([
    expect.stringMatching(/^error: bad\.yaml:3: “name” is missing\.$/),
    expect.stringMatching(/^error: bad\.yaml:3: There is no “nam” here\./),
  ]);
});

it('prints a JSON Schema that names every setting', async () => {
  const { code, stdout } = await run(['schema']);
  const schema = JSON.parse(stdout) as { properties: { apps: { items: { required: string[]; properties: object } } } };
  expect(code).toBe(0);
  expect(schema.properties.apps.items.required.sort()).toEqual(['id', 'name', 'type']);
  expect(Object.keys(schema.properties.apps.items.properties)).toContain('redirect_uris');
});

it('does what a dry run said with --plan, and nothing when that has changed', async () => {
  const file = (name: string) => `teams:\n  - name: ${name}\n`;
  const files = { 'plan.yaml': file('Planned') };
  const dry = await run(['apply', '-f', 'plan.yaml', '--dry-run', '--json'], { files });
  const { plan } = JSON.parse(dry.stdout) as { plan: string };
  expect((await run(['apply', '-f', 'plan.yaml', '--dry-run'], { files })).stdout).toContain(`--plan ${plan}`);

  const other = await run(['apply', '-f', 'plan.yaml', '--plan', plan], { files: { 'plan.yaml': file('Another') } });
  expect([other.code, other.stdout]).toEqual([1, '']);
  expect(other.stderr).toMatch(/^error: The file or the server has changed since that plan was made\..*\n$/);

  expect((await run(['apply', '-f', 'plan.yaml', '--plan', plan], { files })).stdout).toContain('+ the team “Planned”');
  const again = await run(['apply', '-f', 'plan.yaml', '--plan', plan], { files });
  expect([again.code, again.stderr.split('\n').length]).toEqual([1, 2]);
});
