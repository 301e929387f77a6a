import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandLineOf } from '../cli/in-process.ts';
import { aRobot } from '../support/admin-api.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { failuresOf } from '../support/raw.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** What the parser of browsers repairs in silence, or reads as something else, and words of what is said to it. */
const REPAIRED: [string, string][] = [
  ['https:x.example.com/cb', 'must have // and a host'],
  ['https:/x.example.com/cb', 'must have // and a host'],
  ['https:///x.example.com/cb', 'must have // and a host'],
  ['https:////x.example.com/cb', 'must have // and a host'],
  ['https:///cb', 'must have // and a host'],
  ['https://?x=1', 'not an absolute URI'],
  ['https:\\\\x.example.com\\cb', 'backslash'],
  ['https://x.example.com\\@evil.example/cb', 'backslash'],
  ['https://x.example.com/cb\\..', 'backslash'],
  [' https://x.example.com/cb', 'begins or ends with a space'],
  ['https://x.example.com/cb ', 'begins or ends with a space'],
  ['https://x.example.com/cb\n', 'begins or ends with a space'],
  ['ht\ttps://x.example.com/cb', 'a tab'],
  ['https://x.exa\nmple.com/cb', 'a tab'],
  ['https://x.example.com/c b', 'a space'],
  ['https://x.example.com/c\u0000b', 'a space'],
  ['HTTPS://x.example.com/cb', 'give it as https://x.example.com/cb'],
  ['https://X.Example.com/cb', 'give it as https://x.example.com/cb'],
  ['https://x.example.com:443/cb', 'give it as https://x.example.com/cb'],
  ['https://x.example.com:/cb', 'give it as https://x.example.com/cb'],
  ['https://x.example.com:08443/cb', 'give it as https://x.example.com:8443/cb'],
  ['https://0x7f.1/cb', 'give it as https://127.0.0.1/cb'],
  ['https://2130706433/cb', 'give it as https://127.0.0.1/cb'],
  ['https://127.1/cb', 'give it as https://127.0.0.1/cb'],
  ['https://0177.0.0.1/cb', 'give it as https://127.0.0.1/cb'],
  ['https://[0:0::1]/cb', 'give it as https://[::1]/cb'],
  ['https://[::ffff:10.0.0.1]/cb', 'give it as https://[::ffff:a00:1]/cb'],
  ['https://%78.example.com/cb', 'give it as https://x.example.com/cb'],
  ['https://x.example.com/a/../cb', 'give it as https://x.example.com/cb'],
  ['https://x.example.com/./cb', 'give it as https://x.example.com/cb'],
  ['https://x.example.com/%2e%2E/cb', 'give it as https://x.example.com/cb'],
  ['https://x.example.com./cb', 'ends with a dot'],
  ['https://x..example.com/cb', 'no name of a host'],
  ['https://x!.example.com/cb', 'no name of a host'],
  [`https://${'x'.repeat(64)}.example.com/cb`, 'no name of a host'],
  ['https://x.example.com:0/cb', 'the port 0'],
  ['https://x.example.com:99999/cb', 'not an absolute URI'],
  ['https://x.example.com/%', 'stands for no character'],
  ['https://x.example.com/%zz', 'stands for no character'],
  ['https://x.example.com/%00', 'stands for no character'],
  ['https://x.example.com/{id}', 'give it as https://x.example.com/%7Bid%7D'],
  ['https://x.example.com/?a=<b>', 'give it as https://x.example.com/?a=%3Cb%3E'],
  ['https://x.example.com/a|b', 'give it as https://x.example.com/a%7Cb'],
  ['https://bücher.example/rück', 'give it as browsers send it: https://xn--bcher-kva.example/r%C3%BCck'],
  ['https://x.example.com/rück?a=ü', 'give it as browsers send it: https://x.example.com/r%C3%BCck?a=%C3%BC'],
  ['https://例え.テスト/', 'give it as browsers send it: https://xn--r8jz45g.xn--zckzah/'],
  ['https://１２７.0.0.1/', 'give it as browsers send it: https://127.0.0.1/'],
  ['https://x。example.com/', 'give it as browsers send it: https://x.example.com/'],
  ['https://x.example.com/\ud800', 'cannot be kept'],
  ['https://user:word@x.example.com/', 'user name or password'],
  ['https://@x.example.com/', 'user name or password'],
];

const PLAIN = [
  'https://x.example.com',
  'https://y.example.com/',
  'https://x.example.com?a=1',
  'https://x.example.com/cb?',
  'https://x.example.com//cb',
  'https://x.example.com:8443/a%2Fb/;p=1?x=%C3%BC&y[]=1',
  'https://xn--bcher-kva.example/cb',
  'https://[2001:db8::1]:8443/cb',
  'https://my_app.example.com/cb',
];

let server: TestServer;
let robot: Awaited<ReturnType<typeof aRobot>>;
let commands: ReturnType<typeof commandLineOf>;

beforeAll(async () => {
  server = await startTestServer();
  robot = await aRobot(server, ['apps:read', 'apps:write', 'apis:read', 'apis:write']);
  commands = commandLineOf(server);
});
afterAll(() => server.stop());

const app = (fields: object) =>
  robot.call('POST', '/apps', {
    name: 'Addresses',
    type: 'web',
    redirect_uris: ['https://app.example.com/cb'],
    ...fields,
  });
const api = (fields: object) => robot.call('POST', '/apis', { name: 'Addresses', scopes: [], ...fields });

/** Every field with an address of another's, as the admin API has it. */
const FIELDS: [string, (value: string) => ReturnType<typeof app>][] = [
  ['redirect_uris', (value) => app({ redirect_uris: [value] })],
  ['post_logout_redirect_uris', (value) => app({ post_logout_redirect_uris: [value] })],
  ['homepage', (homepage) => app({ homepage })],
  ['jwks_uri', (jwks_uri) => app({ auth_method: 'private_key_jwt', jwks_uri })],
  ['identifier', (identifier) => api({ identifier })],
  ['docs_url', (docs_url) => api({ identifier: `https://api-${Math.random()}.example.com/`, docs_url })],
];

describe('an address that would be repaired in silence', () => {
  it.each(FIELDS)('is refused with what is wrong: %s', async (field, send) => {
    for (const [value, words] of REPAIRED) {
      const { status, body } = await send(value);
      // JSON cannot say these at all.
      if (/[\u0000\ud800]/.test(value)) {
        expect([value, status, body.code]).toEqual([value, 400, 'malformed_encoding']);
        continue;
      }
      const [problem] = body.errors ?? [];
      expect([value, status, problem?.field.split('.')[0]]).toEqual([value, 400, field]);
      expect(problem.message).toContain(words);
    }
  });

  it.each(FIELDS)('is taken, and kept letter by letter, when there is nothing to repair: %s', async (field, send) => {
    for (const value of PLAIN) {
      const { status, body } = await send(value);
      expect([value, status, [body[field]].flat()[0]]).toEqual([value, 201, value]);
    }
  });

  it('is refused at the command line and in a file, with the line', async () => {
    for (const [value, words] of REPAIRED.filter(([text]) => !/[\u0000\ud800]/.test(text))) {
      const created = await commands.run(['app', 'create', '--name', 'X', '--type', 'web', '--redirect-uri', value]);
      expect([value, created.code, created.stderr.includes(words)]).toEqual([value, 1, true]);
      const file = `apps:\n  - id: of-a-file\n    name: X\n    type: web\n    redirect_uris:\n      - ${JSON.stringify(value)}\n`;
      const applied = await commands.run(['apply', '-f', 'x.yaml', '--dry-run'], { files: { 'x.yaml': file } });
      expect([value, applied.code, applied.stderr.includes('x.yaml:6: ')]).toEqual([value, 1, true]);
      expect(applied.stderr).toContain(words);
    }
  });

  it('is refused as the scheme of a native app, too', async () => {
    for (const value of [
      'COM.example.app:/cb',
      'com.example.app:',
      'com.example.app:/a/../b',
      'com.example.app:/rück',
    ]) {
      const { status, body } = await app({ type: 'native', redirect_uris: [value] });
      expect([value, status, body.errors?.[0]?.field]).toEqual([value, 400, 'redirect_uris.0']);
    }
  });

  it('is no identifier of an API when something would run or be read under it', async () => {
    for (const identifier of [
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'blob:x',
      'about:blank',
    ]) {
      expect((await api({ identifier })).status).toBe(400);
    }
    for (const identifier of ['urn:example:api', 'api://3f2b', 'tag:example.com,2026:api']) {
      expect((await api({ identifier })).body.identifier).toBe(identifier);
    }
  });
});

describe('an app whose address was registered before it was judged like this', () => {
  const OLD = 'https:old.example.com/cb';
  let old: Awaited<ReturnType<typeof aClient>>;

  beforeAll(async () => {
    old = await aClient(server.database, { type: 'web' });
    await server.database.db
      .updateTable('clients')
      .set({ redirect_uris: [OLD] })
      .where('id', '=', old.clientId)
      .execute();
  });

  it('goes on with it', async () => {
    const ada = await aPerson(server.database);
    const person = new Person(server.issuer);
    await robot.call('PATCH', `/apps/${old.clientId}`, { name: 'Old' });
    const url = authorizationUrl(server, old, { redirect_uri: OLD, scope: 'openid' });
    const back = await person.authorize(url, ada);
    expect(back.host).toBe('old.example.com');
    expect(back.searchParams.get('code')).toBeTruthy();
  });

  it('can be changed in all else, and gets no other one', async () => {
    const kept = await robot.call('PATCH', `/apps/${old.clientId}`, { name: 'Kept', redirect_uris: [OLD] });
    expect([kept.status, kept.body.redirect_uris]).toEqual([200, [OLD]]);
    const changes = { redirect_uris: [OLD, 'https:new.example.com/cb'] };
    const more = await robot.call('PATCH', `/apps/${old.clientId}`, changes);
    expect([more.status, more.body.errors?.[0]?.field]).toEqual([400, 'redirect_uris.1']);
  });

  it('is exported, and applied where it is', async () => {
    const exported = await commands.run(['export']);
    expect(exported.stdout).toContain(OLD);
    const applied = await commands.run(['apply', '-f', 'x.yaml'], { files: { 'x.yaml': exported.stdout } });
    expect([applied.code, applied.stderr]).toEqual([0, '']);
  });
});

describe('after all this', () => {
  it('the server was not surprised once', () => {
    expect(failuresOf(server)).toEqual([]);
  });
});
