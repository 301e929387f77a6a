import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { commandLineOf } from '../cli/in-process.ts';
import { until } from '../support/load.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let first: TestServer;
let second: TestServer;
beforeAll(async () => {
  first = await startTestServer();
  second = await startTestServer({ beside: first, path: '/auth' });
});
afterAll(async () => {
  await second.stop();
  await first.stop();
});

it('a change is seen by the process that makes it at once, and by the others soon, each below its own path', async () => {
  const cli = commandLineOf(first);
  const page = async ({ issuer }: TestServer) =>
    (await fetch(`${issuer}/`, { headers: { accept: 'text/html' } })).text();
  await cli.run(['branding', 'set', '--name', 'Acme ID', '--accent', '#7a1fa2']);
  expect(await page(first)).toContain('<link rel="stylesheet" href="/brand/accent-');
  await until('the other process knows', async () => (await page(second)).includes('Acme ID'));
  const [sheet = ''] = /\/auth\/brand\/accent-\w+\.css/.exec(await page(second)) ?? [];
  expect((await fetch(new URL(sheet, second.issuer))).headers.get('cache-control')).toContain('immutable');
});

it('a file of a change that a process has not heard of is read for the page that names it', async () => {
  const cli = commandLineOf(first);
  await cli.run(['branding', 'set', '--accent', '#005f3a']);
  const text = await (await fetch(`${first.issuer}/`, { headers: { accept: 'text/html' } })).text();
  const [sheet = ''] = /\/brand\/accent-\w+\.css/.exec(text) ?? [];
  const answer = await fetch(second.issuer + sheet);
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
});
