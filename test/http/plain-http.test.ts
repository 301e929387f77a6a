import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isAllowedHttpHost } from '../../src/clients/http-hosts.ts';
import { readConfig } from '../../src/config.ts';
import { commandLineOf } from '../cli/in-process.ts';
import { aRobot } from '../support/admin-api.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

const HOSTS = 'private,.lan';
const RULES = { httpRedirectHosts: ['private', '.lan'] };
const GRAFANA = 'http://grafana:3000/cb';

const ALLOWED = [
  'http://grafana:3000/cb',
  'http://192.168.1.5/cb',
  'http://10.0.0.1:8080/',
  'http://172.16.0.1/',
  'http://169.254.1.1/',
  'http://[fd00::1]:3000/cb',
  'http://[fe80::1]/',
  'http://panel.lan/cb',
  'http://a.b.lan/',
];
const REFUSED = [
  'http://grafana.example.com/cb',
  'http://8.8.8.8/cb',
  'http://172.32.0.1/',
  'http://192.169.0.1/',
  'http://[2001:db8::1]/',
  'http://panel.lan.evil.example/',
  'http://evil.lan2/x.lan',
  'http://panel.local/cb',
  'http://0.0.0.0/',
  'http://127.0.0.2/',
  'http://192.168.1.5.evil.example/',
];

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
let app: Awaited<ReturnType<typeof aClient>>;
let robot: Awaited<ReturnType<typeof aRobot>>;

beforeAll(async () => {
  server = await startTestServer({ env: { HTTP_REDIRECT_HOSTS: HOSTS } });
  ada = await aPerson(server.database);
  robot = await aRobot(server, ['apps:read', 'apps:write']);
  const created = await robot.call('POST', '/apps', {
    name: 'Grafana',
    type: 'web',
    redirect_uris: [GRAFANA],
    post_logout_redirect_uris: ['http://grafana:3000/bye'],
    pkce: 'pkce_or_nonce',
  });
  app = {
    ...(await aClient(server.database, { type: 'web' })),
    clientId: created.body.id,
    clientSecret: created.body.client_secret?.value ?? '',
  };
});
afterAll(() => server.stop());

describe('plain http to a host of the own network', () => {
  it('is taken by the setting, for its literals, single labels and suffixes, and never by a look-up', () => {
    for (const uri of ALLOWED) expect([uri, isAllowedHttpHost(new URL(uri).hostname, RULES)]).toEqual([uri, true]);
    for (const uri of REFUSED) expect([uri, isAllowedHttpHost(new URL(uri).hostname, RULES)]).toEqual([uri, false]);
    for (const uri of ALLOWED) expect([uri, isAllowedHttpHost(new URL(uri).hostname, undefined)]).toEqual([uri, false]);
    const suffixOnly = { httpRedirectHosts: ['.lan'] };
    expect(isAllowedHttpHost('grafana', suffixOnly)).toBe(false);
    expect(isAllowedHttpHost('192.168.1.5', suffixOnly)).toBe(false);
    expect(isAllowedHttpHost('panel.lan', { httpRedirectHosts: ['private'] })).toBe(false);
  });

  it('is registered where it is allowed, and by web apps alone', async () => {
    for (const uri of ALLOWED) {
      const made = await robot.call('POST', '/apps', {
        name: 'Plain',
        type: 'web',
        redirect_uris: [uri],
        post_logout_redirect_uris: [uri],
      });
      expect([uri, made.status]).toEqual([uri, 201]);
      for (const type of ['spa', 'native']) {
        const other = await robot.call('POST', '/apps', { name: 'Plain', type, redirect_uris: [uri] });
        expect([uri, type, other.status, other.body.errors?.[0]?.field]).toEqual([uri, type, 400, 'redirect_uris.0']);
      }
    }
    for (const uri of REFUSED) {
      const made = await robot.call('POST', '/apps', { name: 'Plain', type: 'web', redirect_uris: [uri] });
      expect([uri, made.status, made.body.errors?.[0]?.field]).toEqual([uri, 400, 'redirect_uris.0']);
    }
  });

  it('is registered at the command line and by a file only where it is allowed', async () => {
    const file = `apps:\n  - id: plain-file\n    name: Plain\n    type: web\n    redirect_uris:\n      - ${GRAFANA}\n`;
    const files = { 'x.yaml': file };
    const create = ['app', 'create', '--name', 'Plain', '--type', 'web', '--redirect-uri', GRAFANA];
    const apply = ['apply', '-f', 'x.yaml', '--dry-run'];
    for (const [rules, code] of [
      [{}, 1],
      [RULES, 0],
    ] as const) {
      const commands = commandLineOf(server, rules);
      expect((await commands.run(create)).code).toBe(code);
      const applied = await commands.run(apply, { files });
      expect([applied.code, applied.stderr.includes('x.yaml:6: ')]).toEqual([code, code === 1]);
    }
  });

  it('needs PKCE, also of an app that may do without', async () => {
    const answer = await new Person(server.issuer).visit(
      authorizationUrl(server, app, {
        redirect_uri: GRAFANA,
        code_challenge: undefined,
        code_challenge_method: undefined,
        nonce: 'n',
        scope: 'openid',
      }),
    );
    expect(answer.leftTo?.host).toBe('grafana:3000');
    expect(answer.leftTo?.searchParams.get('error')).toBe('invalid_request');
    expect(answer.leftTo?.searchParams.get('error_description')).toMatch(/PKCE/);
  });

  it('refuses response_mode=form_post', async () => {
    const url = authorizationUrl(server, app, { redirect_uri: GRAFANA, response_mode: 'form_post', scope: 'openid' });
    const page = await new Person(server.issuer).visit(url);
    expect([page.response.status, page.leftTo]).toEqual([400, undefined]);
    expect(page.text).toContain('form_post needs a redirect_uri with https');
  });

  it('is said on the consent page, and works', async () => {
    const person = new Person(server.issuer);
    const url = authorizationUrl(server, app, { redirect_uri: GRAFANA, scope: 'openid' });
    const consent = await person.submit(await person.visit(url), '/sign-in', ada);
    expect(consent.text).toContain('Without https.');
    const { leftTo } = await person.submit(consent, '/consent');
    expect(leftTo?.href).toMatch(/^http:\/\/grafana:3000\/cb\?code=/);
  });

  it('is not said where there is https', async () => {
    const person = new Person(server.issuer);
    const other = await aClient(server.database, { type: 'web' });
    const consent = await person.submit(
      await person.visit(authorizationUrl(server, other, { scope: 'openid' })),
      '/sign-in',
      ada,
    );
    expect(consent.text).toContain('Allow access');
    expect(consent.text).not.toContain('Without https.');
  });

  it('is said by doctor', async () => {
    const found = async (rules: object) => {
      const { stdout } = await commandLineOf(server, rules).run(['doctor', '--json']);
      return (JSON.parse(stdout) as { findings: { id: string }[] }).findings.map(({ id }) => id);
    };
    expect(await found(RULES)).toContain('http-redirects');
    expect(await found(RULES)).not.toContain('redirect-http-refused');
    expect(await found({})).not.toContain('http-redirects');
    expect(await found({})).toContain('redirect-http-refused');
  });
});

describe('once the setting is gone, plain http', () => {
  let strict: TestServer;
  beforeAll(async () => {
    strict = await startTestServer({ beside: server });
  });
  afterAll(() => strict.stop());

  it('is refused with a page that says why', async () => {
    const url = authorizationUrl(strict, app, { redirect_uri: GRAFANA, scope: 'openid' });
    const page = await new Person(strict.issuer).visit(url);
    expect([page.response.status, page.leftTo]).toEqual([400, undefined]);
    expect(page.text).toContain('HTTP_REDIRECT_HOSTS');
    expect(page.text).toContain('an address without https');
  });

  it('is refused to programs with the reason', async () => {
    const pushed = await aClient(server.database, { type: 'web' });
    await server.database.db
      .updateTable('clients')
      .set({ redirect_uris: [GRAFANA] })
      .where('id', '=', pushed.clientId)
      .execute();
    const form = {
      client_id: pushed.clientId,
      response_type: 'code',
      redirect_uri: GRAFANA,
      scope: 'openid',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    };
    const refused = await post(strict, '/request', form, pushed);
    expect([refused.status, String(refused.body.error_description)]).toEqual([
      400,
      'redirect_uri is plain http, which HTTP_REDIRECT_HOSTS does not allow for its host',
    ]);
    expect((await post(server, '/request', form, pushed)).status).toBe(201);
  });

  it('does not keep an app from being changed', async () => {
    const commands = commandLineOf(strict);
    expect((await commands.run(['app', 'update', app.clientId, '--name', 'Still'])).code).toBe(0);
    const more = ['app', 'update', app.clientId, '--redirect-uri', GRAFANA, '--redirect-uri', 'http://other:1/'];
    expect((await commands.run(more)).code).toBe(1);
  });
});

describe('HTTP_REDIRECT_HOSTS', () => {
  it.each([
    [undefined, []],
    ['private', ['private']],
    [' Private, .LAN ,.plant.example.com', ['private', '.lan', '.plant.example.com']],
  ])('is read from %j', (value, hosts) => {
    expect(readConfig(value === undefined ? {} : { HTTP_REDIRECT_HOSTS: value }).httpRedirectHosts).toEqual(hosts);
  });

  it.each(['lan', '*.lan', '.', '..lan', '.com', '.de', 'http://x', '10.0.0.0/8', '.l n', 'yes'])(
    'refuses %j',
    (value) => {
      expect(() => readConfig({ HTTP_REDIRECT_HOSTS: value })).toThrow(/^HTTP_REDIRECT_HOSTS: /);
    },
  );
});
