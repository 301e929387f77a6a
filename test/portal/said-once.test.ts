import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it('a credential waits for the page that somebody goes to, whatever is asked for meanwhile', async () => {
  const team = await aTeam(server);
  const visitor = await aVisitor(server, await aMember(server, { team: team.id }));
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec((await visitor.visit('/apps/new')).text) ?? [];
  const form = { csrf, name: 'Board', type: 'machine', team: team.id };
  const made = await visitor.request('/apps', { form: { ...form, create: 'yes' } });
  expect(made.status).toBe(303);
  // The search for an API on the form that was just sent, a list that follows what is typed, and a look without a page.
  const asked = [
    await visitor.request('/apps/new', { form: { ...form, find: 'sales' } }),
    await visitor.request('/apps?search=x', { headers: { 'sec-fetch-dest': 'empty' } }),
    await visitor.request('/apps', { method: 'HEAD' }),
  ];
  expect(asked.map(({ status }) => status)).toEqual([200, 200, 200]);
  for (const answer of asked) expect(await answer.text()).not.toContain('lks_');
  const { text } = await visitor.visit(made.headers.get('location') ?? '');
  expect(text).toMatch(/lks_[\w-]{20,}/);
  expect((await visitor.visit(made.headers.get('location') ?? '')).text).not.toContain('lks_');
});
