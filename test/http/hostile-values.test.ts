import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operations } from '../../src/admin/operations.ts';
import { createGroup } from '../../src/roles/groups.ts';
import { aRobot } from '../support/admin-api.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { accountOf, aVisitor } from '../support/portal.ts';
import { sendRaw } from '../support/raw.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic } from '../support/tokens.ts';

/** Mulberry32: the same numbers each time, so that what fails can be looked at again. */
function random(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
const next = random(20261129);
const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;

const base64url = (text: string) => Buffer.from(text).toString('base64url');
const jwt = (header: string, payload: string) =>
  `${base64url(header)}.${base64url(payload)}.${base64url('x'.repeat(64))}`;
const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

const JSON_TEXTS = [
  '{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"a\\u0000b"}]}',
  '{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"\\ud800"}]}',
  `{"keys":${lists(3000)}}`,
  lists(3000),
  objects(2000),
  '{"__proto__":{"x":1},"constructor":{"prototype":{}}}',
  '{"a":1e999,"b":-0,"c":[null]}',
  '{"a":1,"a":2}',
  'null',
  '"a\\u0000b"',
];
/** Texts that pass as text, and mean something to who reads further. */
const TEXTS = [
  ...JSON_TEXTS,
  jwt('{"alg":"ES256","kid":"a\\u0000b","typ":"at+jwt"}', '{"sub":"a\\u0000b","iat":1e308,"exp":-1e308}'),
  jwt('{"alg":"none"}', '{"iss":"\\udc00","aud":["\\u0000"],"jti":{}}'),
  jwt(`{"alg":"ES256","x":${lists(2000)}}`, objects(2000)),
  jwt('[]', 'null'),
  '..',
  'a.b.c.d.e',
  base64url('99999999999999 x'),
  base64url('1 a\u0000b'),
  '%00',
  '%ED%A0%80',
  '\u{FFFF}\u{10FFFF}\u{FDD0}',
  '\u202E\u2066\u200B\uFE0F',
  'Z\u0351\u036B'.repeat(400),
  '💥'.repeat(500),
  'x'.repeat(9000),
  '9'.repeat(400),
  '-1',
  '1e999',
  'NaN',
  '0x10',
  '99999999999999999999',
  '-271821-04-20T00:00:00Z',
  '__proto__',
  'constructor',
  'toString',
  "'; drop table clients; --",
  '#{7*7}<%= 1 %>{{1}}',
  '\\',
  '%',
  '*',
  '../../etc/passwd',
  '//evil.example',
  'https:x.example.com/cb',
  'urn:ietf:params:oauth:request_uri:x',
  '\r\nSet-Cookie: x=y',
  ' ',
  '',
];
/** Percent-encoded as they are: no text at all. */
const BYTES = ['%00', '%ED%A0%80', '%FF', '%C0%80', '%zz', '%'];

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;
let robot: Awaited<ReturnType<typeof aRobot>>;
let admin: Person;
let paths: string[];

beforeAll(async () => {
  server = await startTestServer();
  const api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  app = await aClient(server.database, { type: 'web', subscriptions });
  robot = await aRobot(server, [...new Set(operations.map(({ scope }) => scope))]);
  const ada = await aPerson(server.database);
  const { id } = await accountOf(server, ada.email);
  await server.database.db.updateTable('accounts').set({ platform_role: 'admin' }).where('id', '=', id).execute();
  admin = await aVisitor(server, ada);
  await admin.submit(await admin.visit('/teams/new'), '/teams', { name: 'Hostile' });
  const at = `/apps/${app.clientId}`;
  const teams = await server.database.db.selectFrom('teams').select('id').execute();
  const group = await createGroup(
    server.database.db,
    { name: 'Ops' },
    { actor: { type: 'operator' }, now: new Date() },
  );
  paths = [
    ...['', '/settings', '/authentication', '/apis', '/requests', '/secrets/new', '/credential'].map(
      (page) => at + page,
    ),
    ...['', '/edit', '/roles', '/subscriptions', '/usage'].map((page) => `/apis/${api.id}${page}`),
    ...[
      '/',
      '/apps',
      '/apps/new',
      '/apis',
      '/apis/new',
      '/approvals',
      '/join',
      '/tools/inspector',
      '/teams',
      '/teams/new',
    ],
    ...['', '/audit', '/groups', `/groups/${group.id}`, '/outbox', '/people', `/people/${id}`, '/teams'].map(
      (page) => `/operator${page}`,
    ),
    ...teams.flatMap((team) => [`/teams/${team.id}`, `/teams/${team.id}/rename`]),
    '/device',
    '/sign-in',
  ];
});
afterAll(() => server.stop());

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const cookieOf = (person: Person) => [...person.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
const encoded = () => (next() < 0.1 ? pick(BYTES) : encodeURIComponent(pick(TEXTS)));

/** All of them where JSON and tokens are read. */
const valuesFor = (field: string) =>
  field === 'jwks' || field === 'token'
    ? TEXTS.map(encodeURIComponent)
    : [encodeURIComponent(pick(JSON_TEXTS)), encodeURIComponent(pick(JSON_TEXTS)), encoded(), encoded()];

/** What the server called a failure of its own since the last look. */
const failures = () => server.logged.splice(0).filter((line) => JSON.parse(line).level >= 50);
const expectNoFailure = (what: unknown[], status: number) =>
  expect([...what, status < 500, failures()]).toEqual([...what, true, []]);

/** The forms of a page: where they go, and their fields with what is in them. */
function formsOf(html: string): { action: string; fields: Map<string, string> }[] {
  const forms = [...html.matchAll(/<form(?=[^>]*method="post")[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)];
  return forms.map(([, action = '', inside = '']) => ({
    action: action.replaceAll('&amp;', '&'),
    fields: new Map(
      [...inside.matchAll(/<(?:input|select|textarea|button)\b[^>]*\bname="([^"]+)"(?:[^>]*\bvalue="([^"]*)")?/g)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    ),
  }));
}

describe('hostile values', () => {
  it('surprise no endpoint that programs call', async () => {
    const PARAMETERS = {
      '/token': [
        'grant_type',
        'code',
        'refresh_token',
        'redirect_uri',
        'code_verifier',
        'device_code',
        'scope',
        'resource',
        'client_id',
        'client_assertion',
        'client_assertion_type',
      ],
      '/token/introspection': ['token', 'token_type_hint', 'client_id', 'client_assertion'],
      '/token/revocation': ['token', 'token_type_hint', 'client_id'],
      '/request': [
        'client_id',
        'redirect_uri',
        'scope',
        'state',
        'nonce',
        'request',
        'claims',
        'code_challenge',
        'response_type',
        'resource',
        'id_token_hint',
      ],
      '/device_authorization': ['client_id', 'scope', 'resource', 'claims', 'acr_values', 'max_age', 'id_token_hint'],
    };
    const grants = [
      'authorization_code',
      'refresh_token',
      'client_credentials',
      'urn:ietf:params:oauth:grant-type:device_code',
    ];
    for (let round = 0; round < 60; round += 1) {
      for (const [path, names] of Object.entries(PARAMETERS)) {
        const chosen = names.filter(() => next() < 0.6);
        const pairs = chosen.map(
          (name) => `${name}=${name === 'grant_type' && next() < 0.8 ? pick(grants) : encoded()}`,
        );
        const body = pairs.join('&').slice(0, 50_000);
        const authorization =
          next() < 0.7
            ? basic(app)
            : `${pick(['Basic', 'Bearer', 'DPoP'])} ${encodeURIComponent(pick(TEXTS)).slice(0, 6000)}`;
        const dpop = next() < 0.3 ? { dpop: encodeURIComponent(pick(TEXTS)).slice(0, 6000) } : {};
        const answer = await sendRaw(server, {
          method: 'POST',
          path,
          headers: { ...FORM, authorization, ...dpop },
          body,
        });
        expectNoFailure([path, authorization, body], answer.status);
      }
    }
    for (const text of TEXTS.filter((one) => /^[\x21-\x7E]{1,6000}$/.test(one))) {
      for (const scheme of ['Bearer', 'DPoP']) {
        const headers = { authorization: `${scheme} ${text}`, dpop: text };
        for (const path of ['/me', '/api/v1/apps']) {
          expectNoFailure([path, text], (await sendRaw(server, { path, headers })).status);
        }
      }
    }
  });

  it('surprise no page in its address', async () => {
    const names = [
      'client_id',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
      'nonce',
      'claims',
      'request',
      'request_uri',
      'prompt',
      'max_age',
      'id_token_hint',
      'login_hint',
      'acr_values',
      'ui_locales',
      'display',
      'response_mode',
      'resource',
      'code_challenge',
      'dpop_jkt',
      'authorization_details',
    ];
    for (let round = 0; round < 150; round += 1) {
      const url = new URL(authorizationUrl(server, app, { scope: 'openid' }));
      for (const name of names) if (next() < 0.15) url.searchParams.set(name, pick(TEXTS).slice(0, 4000));
      const answer = await sendRaw(server, {
        path: (url.pathname + url.search).slice(0, 16_000),
        headers: { accept: 'text/html' },
      });
      expectNoFailure([url.search], answer.status);
    }
    const cookie = cookieOf(admin);
    const QUERIES = [
      'search',
      'cursor',
      'before',
      'show',
      'period',
      'mine',
      'app',
      'team',
      'q',
      'after',
      'to',
      'v',
      'state',
      'id_token_hint',
      'post_logout_redirect_uri',
      'user_code',
      'type',
      'actor',
      'from',
      'until',
      'code',
      'error',
    ];
    for (const path of [...paths, '/session/end', '/signed-in', '/auth/x', '/interaction/x']) {
      for (let round = 0; round < 4; round += 1) {
        const query = QUERIES.filter(() => next() < 0.4)
          .map((name) => `${name}=${encoded()}`)
          .join('&')
          .slice(0, 15_000);
        const headers = { accept: 'text/html', cookie };
        expectNoFailure([path, query], (await sendRaw(server, { path: `${path}?${query}`, headers })).status);
      }
    }
    for (const text of [...TEXTS.map(encodeURIComponent), ...BYTES]) {
      for (const path of [
        '/apps/X',
        '/apps/X/logo',
        '/apis/X',
        '/apis/X/roles/X',
        '/teams/X',
        '/operator/people/X',
        '/operator/groups/X',
        '/operator/outbox/X',
        '/auth/X',
        '/interaction/X',
        '/device/X',
        '/session/end/X',
        '/X',
        '/assets/X',
        '/api/v1/apps/X',
        '/api/v1/teams/X/members/X',
      ]) {
        const target = path.replaceAll('X', text).slice(0, 16_000);
        const headers = { accept: 'text/html', cookie, authorization: `Bearer ${robot.token}` };
        expectNoFailure([target], (await sendRaw(server, { path: target, headers })).status);
      }
    }
  });

  it('surprise no form that a person sends', async () => {
    let sent = 0;
    const send = async (person: Person, page: { url: string; text: string }) => {
      const cookie = cookieOf(person);
      for (const { action, fields } of formsOf(page.text)) {
        if (/\/(sign-out|end|delete|cancel)$/.test(action)) continue;
        const path = new URL(action, page.url).pathname;
        const headers = { ...FORM, accept: 'text/html', cookie };
        // One field after the other, while the others are as the page has them.
        for (const changed of [...fields.keys()].filter((name) => name !== 'csrf' && !/-[1-9]$/.test(name))) {
          for (const value of valuesFor(changed)) {
            const pairs = [...fields].map(([name, kept]) => [
              name,
              name === changed ? value : encodeURIComponent(kept),
            ]);
            const body = pairs.map(([name, text]) => `${encodeURIComponent(String(name))}=${text}`).join('&');
            const answer = await sendRaw(server, { method: 'POST', path, headers, body: body.slice(0, 56_000) });
            expectNoFailure([path, changed, value], answer.status);
            sent += 1;
          }
        }
      }
    };
    for (const path of paths) await send(admin, await admin.visit(path));
    const stranger = new Person(server.issuer);
    await send(stranger, await stranger.visit(authorizationUrl(server, app, { scope: 'openid' })));
    expect(sent).toBeGreaterThan(150);
  });

  it('surprise no operation of the admin API', async () => {
    const ids = [app.clientId, 'x', '%00', encodeURIComponent('💥')];
    for (const { method, path } of operations) {
      for (let round = 0; round < 4; round += 1) {
        const target = path.replaceAll(/\{\w+\}/g, () => pick(ids));
        const members = [
          'name',
          'type',
          'jwks',
          'redirect_uris',
          'scopes',
          'email',
          'reason',
          'identifier',
          'team_id',
          'description',
          'token_lifetime',
          'person_id',
        ];
        const value = () => (next() < 0.5 ? JSON.stringify(pick(TEXTS)) : pick(JSON_TEXTS));
        const body = `{${members
          .filter(() => next() < 0.5)
          .map((name) => `"${name}":${value()}`)
          .join()}}`.slice(0, 50_000);
        const headers = {
          authorization: `Bearer ${robot.token}`,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
        };
        const query = next() < 0.5 ? `?cursor=${encoded()}&search=${encoded()}&limit=${encoded()}` : '';
        const request = { method, path: `/api/v1${target}${query}`.slice(0, 16_000), headers, body };
        expectNoFailure([method, target, query, body], (await sendRaw(server, request)).status);
      }
    }
  });

  it('surprise no form with a file', async () => {
    const cookie = cookieOf(admin);
    const page = await admin.visit(`/apps/${app.clientId}/settings`);
    const csrf = page.text.match(/name="csrf" value="([^"]*)"/)?.[1] ?? '';
    for (const [name, charset, content] of [
      ['csrf', 'utf-16le', Buffer.from(csrf, 'utf16le')],
      ['x\0y', 'utf-8', Buffer.from('x')],
      ['x', 'utf-8', Buffer.from('a\0b')],
      ['x', 'utf-16le', Buffer.from([0x00, 0xd8])],
      ['__proto__', 'utf-7', Buffer.from('+AAA-')],
      ['x', 'nonsense', Buffer.from([0xff, 0xfe, 0x00])],
    ] as const) {
      const body = Buffer.concat([
        Buffer.from(
          `--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${csrf}\r\n--x\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: text/plain; charset=${charset}\r\n\r\n`,
        ),
        content,
        Buffer.from(
          '\r\n--x\r\nContent-Disposition: form-data; name="logo"; filename="a\0b\u{1F4A5}.png"; filename*=UTF-16\'\'%00\r\nContent-Type: image/png\r\n\r\nx\r\n--x--\r\n',
        ),
      ]);
      const headers = { 'content-type': 'multipart/form-data; boundary=x', accept: 'text/html', cookie };
      const answer = await sendRaw(server, { method: 'POST', path: `/apps/${app.clientId}/logo`, headers, body });
      expectNoFailure([name, charset], answer.status);
    }
  });
});
