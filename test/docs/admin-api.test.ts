import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { latchkey, temporaryFolder } from '../cli/processes.ts';
import { pathWithNode, run } from '../examples/program.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';
import { fenced, read } from './pages.ts';

let server: TestServer;
const folder = temporaryFolder();
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

const [command = '', ...examples] = fenced(read('docs/admin-api.md'), 'sh');

/** The robot that the page's first command makes. */
async function aRobot() {
  const environment = { DATABASE_URL: server.databaseUrl ?? '', ISSUER: server.issuer, DATA_DIR: folder.path };
  const words = [...command.replaceAll('\\\n', ' ').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  const args = words.slice(2).map((word) => word.replace('$ISSUER', server.issuer));
  const { stdout, stderr } = await latchkey(environment, [...args, '--json']);
  expect(stderr).toBe('');
  const { client_id: clientId, client_secret: clientSecret } = JSON.parse(stdout) as Record<string, string>;
  return { clientId: clientId ?? '', clientSecret: clientSecret ?? '' };
}

it('docs/admin-api.md works from top to bottom, by copy and paste', async () => {
  const robot = await aRobot();
  const tail = 'printf "\\n%s %s\\n" "$APP" "$ETAG"';
  const script = ['set -e', ...examples, tail].join('\n');
  const environment = { ISSUER: server.issuer, CLIENT_ID: robot.clientId, CLIENT_SECRET: robot.clientSecret };
  const { code, stdout, stderr } = await run('/bin/sh', ['-c', script], { ...environment, PATH: pathWithNode() });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).not.toContain('/api/v1/docs#');

  const [clientId = '', etag] = stdout.trim().split('\n').at(-1)?.split(' ') ?? [];
  expect(etag).toMatch(/^"\d+"$/);
  expect(stdout).toContain(`${clientId} Billing dashboard`);
  expect(stdout).toContain('"description":"Reads the invoices of the month"');
  // The rotation's own line: the app's new secret is good for what was approved.
  const clientSecret = /lks_[\w-]+/.exec(stdout)?.[0] ?? '';
  const { status, body } = await requestToken(server, { clientId, clientSecret });
  expect([status, body.scope]).toEqual([200, 'invoices:read']);
});
