import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const PAGES = ['/', '/apps', '/apis', '/teams', '/tools/inspector'];

it('HEAD gets what GET would, whoever asks (RFC 9110 §9.3.2)', async () => {
  for (const who of [new Person(server.issuer), await aVisitor(server)]) {
    for (const path of PAGES) {
      const seen = async (method: string) => {
        const { status, headers } = await who.request(path, { method });
        return [path, status, headers.get('location'), headers.get('content-type')];
      };
      expect(await seen('HEAD')).toEqual(await seen('GET'));
    }
  }
});

it('HEAD takes nothing that is shown once from the page behind it', async () => {
  const visitor = await aVisitor(server);
  const made = await visitor.visit('/teams/new');
  const csrf = /name="csrf" value="([^"]+)"/.exec(made.text)?.[1] ?? '';
  const { status, headers } = await visitor.request('/teams', { form: { csrf, name: 'Payments' } });
  expect(status).toBe(303);
  const team = headers.get('location') ?? '';
  await visitor.request(team, { method: 'HEAD' });
  expect((await visitor.visit(team)).text).toContain('Created the team Payments.');
  expect((await visitor.visit(team)).text).not.toContain('Created the team Payments.');
});
