import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROUTES } from '../portal/access/routes.ts';
import {
  aCast,
  aWorld,
  CALLERS,
  type Cast,
  expected,
  formOf,
  pathOf,
  type Route,
  type World,
} from '../portal/access/world.ts';
import { saidInBoth } from '../support/both-languages.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let cast: Cast;
let world: World;
beforeAll(async () => {
  server = await startTestServer();
  cast = await aCast(server);
  world = await aWorld(server, cast);
});
afterAll(() => server.stop());

/** What is in English for those who develop this server, and what sets the language. */
const LEFT_OUT = /^\/(development|preferences|language)/;

/** What forms refuse beside what the table of routes sends. */
const WRONG: readonly Route[] = [
  ...[
    'x',
    '[]',
    '{"keys":[]}',
    '{"kty":"oct","k":"AA"}',
    '{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}',
    '{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}',
    '{"kty":"RSA","n":"AA","e":"AQAB","use":"enc"}',
    '{"kty":"RSA","n":"AA","e":"AQAB","kid":""}',
  ].map((jwks) => ({
    method: 'POST' as const,
    path: '/apps/{app}/authentication',
    least: 'developer' as const,
    form: { authMethod: 'private_key_jwt', jwks },
  })),
  {
    method: 'POST',
    path: '/apps',
    least: 'person',
    form: { type: 'web', name: 'Odd', redirectUris: 'http://example.com/', homepage: 'ftp://x' },
  },
  { method: 'POST', path: '/apps', least: 'person', form: { type: 'toaster', name: 'Odd' } },
  { method: 'POST', path: '/apps', least: 'person', form: { type: 'native', name: 'Odd', pkce: 'never' } },
];
const WAYS: Readonly<Record<string, (value: string) => string>> = {
  'as it is': (value) => value,
  'with nothing in its fields': () => '',
  'with too much in them': () => 'x'.repeat(2500),
};

/** What the world of the specs calls its things. */
const NAMES = [
  'x'.repeat(2500),
  ...['Reports', 'A member', 'first', ...CALLERS],
  ...[...ROUTES, ...WRONG].flatMap(({ form = {} }) => Object.values(form).filter((value) => !/\{\w+\}/.test(value))),
];

describe('a page in German has no text of the same page in English', () => {
  it('when an administrator reads it', async () => {
    const { admin } = cast.visitors;
    const pages = ROUTES.filter(
      (route) => route.method === 'GET' && expected(route, 'admin') === 'in' && !LEFT_OUT.test(route.path),
    );
    const left: Record<string, readonly string[]> = {};
    for (const path of new Set(pages.map((route) => pathOf(route, world)))) {
      const same = await saidInBoth(admin, path, { names: NAMES });
      if (same.length > 0) left[path] = same;
    }
    expect(left).toEqual({});
  });

  it('in the reference of the admin API, but for what its document says', async () => {
    const document = (await (await fetch(`${server.issuer}/api/v1/openapi.json`)).json()) as {
      components: { schemas: object };
    };
    const names = [...NAMES, ...Object.keys(document.components.schemas), 'GET', 'POST', 'PATCH', 'PUT', 'DELETE'];
    const left: Record<string, readonly string[]> = {};
    for (const path of ['', '?search=secret', '?search=nothing-like-that', '/apps', '/objects']) {
      const same = await saidInBoth(cast.visitors.admin, `/api/v1/docs${path}`, { names });
      if (same.length > 0) left[path] = same;
    }
    expect(left).toEqual({});
  });

  it('when it tells what happened', async () => {
    const { db } = server.database;
    const detail = JSON.stringify({
      ...{ scopes: ['reports:read'], reason: 'reuse', role: 'auditor', ends: 'first_use', which: 'others' },
      ...{
        changed: [],
        clientType: 'native',
        before: { accent: '#123456' },
        sealed: 3,
        'invented-name': 'reports:read',
      },
    });
    const event = { actor_type: 'system', actor_id: null, client_id: null, account_id: null, detail };
    for (const type of ['grant.revoked', 'group.member_added', 'signing_key.created', 'an.invention']) {
      await db
        .insertInto('audit_events')
        .values({ ...event, at: new Date(), ip: null, request_id: null, type })
        .execute();
    }
    const { text } = await cast.visitors.admin.visit('/operator/audit');
    expect(text).toMatch(/Grant revoked<\/a> <code class="detail block">grant\.revoked<\/code>/);
    expect(text).toMatch(/<a[^>]*><code>an\.invention<\/code><\/a>/);
    expect(await saidInBoth(cast.visitors.admin, '/operator/audit', { names: NAMES })).toEqual([]);
  });

  it('when mail could not be sent', async () => {
    const errors = [
      'connect ECONNREFUSED 127.0.0.1:25',
      'getaddrinfo ENOTFOUND mail.example',
      'Invalid login: 535 5.7.8 nope',
      'self-signed certificate',
      'Mail command failed: 553 sorry',
      "Can't send mail - all recipients were rejected: 550 no such box",
      'Message failed: 554 spam',
      'something else',
    ];
    const meanings = new Set<string>();
    for (const last_error of errors) {
      const change = server.database.db.updateTable('mail_outbox').set({ last_error, attempts: 2 });
      await change.where('id', '=', world.mail).execute();
      const path = `/operator/outbox/${world.mail}`;
      expect([last_error, await saidInBoth(cast.visitors.admin, path, { names: NAMES })]).toEqual([last_error, []]);
      const { text } = await cast.visitors.admin.visit(path);
      meanings.add(/<dd>([^<]*) <code class="detail block" lang="en">/.exec(text)?.[1] ?? '');
    }
    expect(meanings.size).toBe(errors.length);
  });

  it.each(Object.entries(WAYS))('when a form is refused: %s', async (_way, change) => {
    const { admin } = cast.visitors;
    const { text } = await admin.visit('/teams/new');
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const forms = [...ROUTES, ...WRONG].filter(
      (route) => route.method === 'POST' && expected(route, 'admin') === 'in' && !LEFT_OUT.test(route.path),
    );
    const left: Record<string, readonly string[]> = {};
    for (const route of forms) {
      const wrong = await aWorld(server, cast);
      const form = Object.entries(formOf(route, wrong)).map(([name, value]) => [name, change(value)]);
      const sent = { csrf, ...Object.fromEntries(form) };
      const same = await saidInBoth(admin, pathOf(route, wrong), { form: sent, names: NAMES });
      if (same.length > 0) left[`${route.method} ${route.path}`] = same;
    }
    expect(left).toEqual({});
  });
});
