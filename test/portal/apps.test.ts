import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { listClients } from '../../src/clients/list-clients.ts';
import { listSecrets } from '../../src/clients/secrets/secrets.ts';
import { subscribe } from '../../src/subscriptions/subscriptions.ts';
import { aTeam } from '../support/access.ts';
import { anAssertionKey } from '../support/assertions.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { copiesOf } from '../support/html.ts';
import type { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const operator = () => ({ actor: { type: 'operator' } as const, now: new Date() });

/** A developer of a team, signed in, with an app of the team. */
async function aDeveloper(type: 'machine' | 'web' | 'spa' | 'native' = 'machine', role = 'developer' as const) {
  const { database } = server;
  const team = (await aTeam(database)).id;
  const person = await aPerson(database);
  const member = { team_id: team, account_id: person.account.id, role, created_at: new Date() };
  await database.db.insertInto('team_members').values(member).execute();
  const app = await aClient(database, { type, team });
  return { visitor: await aVisitor(server, person), app, team, path: `/apps/${app.clientId}` };
}

async function subscribed(clientId: string) {
  const { identifier } = await anApi(server.database);
  const subscription = { clientId, apiIdentifier: identifier, scopes: ['reports:read'] };
  await subscribe(server.database.db, subscription, operator());
  return identifier;
}

const submit = async (visitor: Person, from: string, to: string, fields: Record<string, string> = {}) =>
  visitor.submit(await visitor.visit(from), to, fields);

describe('a new app', () => {
  it('comes with a team of one’s own, and shows its credential once', async () => {
    const visitor = await aVisitor(server);
    const form = await visitor.visit('/apps/new');
    expect(form.text).toContain('Ada Lovelace’s team');
    // Whether it is needed depends on what the app is for.
    expect(form.text).toContain('>Redirect URIs</label>');
    const page = await visitor.submit(form, '/apps', { type: 'machine', name: 'Night job', redirectUris: '' });
    expect(page.text).toContain('Created the app Night job.');
    const { 'The secret': secret = '', '.env': env = '' } = copiesOf(page.text);
    const clientId = /app_\w+/.exec(page.url)?.[0] ?? '';
    expect(secret).toMatch(/^lks_[\w-]{43}$/);
    expect(env).toBe(`ISSUER='${server.issuer}'\nCLIENT_ID='${clientId}'\nCLIENT_SECRET='${secret}'`);
    expect(page.text).toContain('Choose an API');
    await subscribed(clientId);
    expect((await requestToken(server, { clientId, clientSecret: secret })).status).toBe(200);
    const again = await visitor.visit(page.url);
    expect(again.text).not.toContain(secret);
    expect(again.text).toContain('The secret was shown once');
    expect(server.logged.join('')).not.toContain(secret);
    expect((await visitor.visit('/teams')).text).toContain('Ada Lovelace’s team');
  });

  it('is refused with a sentence at each field, and nothing that was typed is lost', async () => {
    const { visitor } = await aDeveloper();
    const fields = {
      type: 'web',
      name: ' ',
      description: 'Reads <b>reports</b>',
      redirectUris: 'http://app.example.com/cb\nhttps://*.example.com/\nhttps://fine.example.com/',
    };
    const page = await submit(visitor, '/apps/new', '/apps', fields);
    expect(page.response.status).toBe(400);
    expect(page.text).toContain('An app needs a name.');
    expect(page.text).toContain('“http://app.example.com/cb” must use https; http is only for localhost');
    expect(page.text).toContain('“https://*.example.com/” must not contain a wildcard; register each address.');
    expect(page.text).toContain('Reads &lt;b&gt;reports&lt;/b&gt;');
    expect(page.text).toContain('https://fine.example.com/</textarea>');
    expect(page.text).toMatch(/value="web" checked/);
    const empty = await submit(visitor, '/apps/new', '/apps', { type: 'spa', name: 'x', redirectUris: '' });
    expect(empty.text).toContain('Give at least one redirect URI');
    const purpose = await submit(visitor, '/apps/new', '/apps', { type: 'mainframe', name: 'x' });
    expect(purpose.text).toContain('Choose what the app is for: ');
  });

  it.each([
    'http://a.example.com/',
    '/cb',
    'https://a.example.com/#x',
    'myapp:/cb',
    'https://a:b@a.example.com/',
    'javascript:alert(1)',
  ])('A03–A06: does not register %s, and says why', async (uri) => {
    const { visitor } = await aDeveloper();
    const page = await submit(visitor, '/apps/new', '/apps', { type: 'native', name: 'x', redirectUris: uri });
    expect(page.response.status).toBe(400);
    expect(page.text).toMatch(/id="redirectUris-problem"><svg.*?<\/svg>“[^<]{20,}\.</);
  });

  it('takes fields that are on its form and no other', async () => {
    const { visitor, team } = await aDeveloper();
    const greedy = { firstParty: 'true', id: 'mine', type: 'machine', name: 'Greedy', team };
    const page = await submit(visitor, '/apps/new', '/apps', greedy);
    const clientId = /app_\w+/.exec(page.url)?.[0] ?? '';
    const [row] = (await listClients(server.database.db, { search: clientId }, operator())).rows;
    expect(row).toMatchObject({ first_party: false, team_id: team });
  });

  it('of a team that is not one’s own is not made', async () => {
    const { visitor } = await aDeveloper();
    const team = (await aTeam(server.database)).id;
    const page = await submit(visitor, '/apps/new', '/apps', { type: 'machine', name: 'x', team });
    expect([page.response.status, page.text.includes(`There is no team ${team}.`)]).toEqual([404, true]);
  });

  it('that people sign in to in the browser has no secret', async () => {
    const { visitor } = await aDeveloper();
    const fields = { type: 'spa', name: 'Board', redirectUris: 'http://localhost:5173/' };
    const page = await submit(visitor, '/apps/new', '/apps', fields);
    expect(page.text).toContain('No secret is needed');
    expect(page.text).not.toContain('lks_');
  });

  it('for a device does not promise PKCE, which the device flow has not', async () => {
    const { visitor } = await aDeveloper();
    const made = await submit(visitor, '/apps/new', '/apps', { type: 'device', name: 'Wall', redirectUris: '' });
    const page = await visitor.visit(made.url.replace('/credential', ''));
    expect(made.text).toContain('No secret is needed');
    expect([made.text, page.text].filter((text) => text.includes('PKCE'))).toEqual([]);
  });

  it('does not show its secret as one of another app, whose page another tab opens first', async () => {
    const { visitor, path, team } = await aDeveloper();
    const form = (await visitor.visit('/apps/new')).text;
    const csrf = /name="csrf" value="([^"]+)"/.exec(form)?.[1] ?? '';
    const fields = { csrf, team, type: 'machine', name: 'Slow', redirectUris: '' };
    expect((await visitor.request('/apps', { form: fields })).status).toBe(303);
    const other = await visitor.visit(`${path}/credential`);
    expect(copiesOf(other.text)).not.toHaveProperty('The secret');
    expect(other.text).not.toContain('lks_');
  });
});

describe('“Try it”', () => {
  it('gets a real token and shows what it says, in words', async () => {
    const { visitor, app, path } = await aDeveloper();
    const api = await subscribed(app.clientId);
    const page = await submit(visitor, `${path}/credential`, '/try', { secret: app.clientSecret });
    const { 'The token': token = '' } = copiesOf(page.text);
    expect(decodeJwt(token)).toMatchObject({ aud: api, client_id: app.clientId, scope: 'reports:read' });
    expect(page.text).toContain('This token works for 5 minutes and allows reports:read.');
    expect(page.text).toContain('Whom it is about: the app itself, and no person.');
    expect(page.text).toMatch(/Expires in 5 minutes: \d+ \w+ \d{4}, [\d:]{8} UTC\./);
    // What was shown before is still there.
    expect(copiesOf(page.text)['The secret']).toBe(app.clientSecret);
    expect(server.logged.join('')).not.toContain(app.clientSecret);
  });

  it('says what is wrong and what to do', async () => {
    const { visitor, app, path } = await aDeveloper();
    const without = await submit(visitor, `${path}/credential`, '/try', { secret: app.clientSecret });
    expect(without.text).toContain('invalid_target');
    expect(without.text).toContain('Choose an API');
    await subscribed(app.clientId);
    const wrong = await submit(visitor, `${path}/credential`, '/try', { secret: 'lks_wrong' });
    expect(wrong.text).toContain('invalid_client');
    expect(wrong.text).toContain('The secret is wrong or has expired');
  });

  it('asks for the API that was chosen', async () => {
    const { visitor, app, path } = await aDeveloper();
    await subscribed(app.clientId);
    const api = await subscribed(app.clientId);
    const page = await submit(visitor, `${path}/credential`, '/try', { secret: app.clientSecret, api });
    expect(decodeJwt(copiesOf(page.text)['The token'] ?? '').aud).toBe(api);
  });
});

describe('secrets in the portal', () => {
  const secretsOf = (clientId: string) => listSecrets(server.database.db, clientId, operator());

  it('are added, rotated and revoked, each shown once', async () => {
    const { visitor, app, path } = await aDeveloper();
    await subscribed(app.clientId);
    const works = async (clientSecret = '') =>
      (await requestToken(server, { clientId: app.clientId, clientSecret })).status;
    const added = await submit(visitor, `${path}/secrets/new`, '/secrets', { name: 'staging', days: '30' });
    const staging = copiesOf(added.text)['The secret'];
    expect(await works(staging)).toBe(200);
    const [first] = await secretsOf(app.clientId);
    const rotated = await submit(visitor, `${path}/secrets/${first?.id}/rotate`, '/rotate', {
      name: 'second',
      days: '90',
      when: 'first_use',
      at: '',
    });
    const second = copiesOf(rotated.text)['The secret'];
    expect((await visitor.visit(`${path}/credentials`)).text).toContain('Expires when “second” is first used.');
    expect([await works(app.clientSecret), await works(second), await works(app.clientSecret)]).toEqual([
      200, 200, 401,
    ]);
    const page = await visitor.visit(`${path}/credentials`);
    expect(page.text).toContain('Ada Lovelace');
    expect(page.text).not.toContain(second);
    const revoke = (await secretsOf(app.clientId)).find(({ name }) => name === 'staging')?.id;
    const gone = await submit(visitor, `${path}/secrets/${revoke}/revoke`, '/revoke');
    expect(gone.text).toContain('Revoked the secret.');
    expect(await works(staging)).toBe(401);
  });

  it('stay for 24 hours beside the new one unless somebody chooses, and no use of that ends them', async () => {
    const { visitor, app, path } = await aDeveloper();
    await subscribed(app.clientId);
    const works = async (clientSecret = '') =>
      (await requestToken(server, { clientId: app.clientId, clientSecret })).status;
    const rotate = `${path}/secrets/${app.secret?.id}/rotate`;
    const form = await visitor.visit(rotate);
    expect(form.text).toMatch(/value="after" checked/);
    expect(form.text).toMatch(/name="hours" type="number" value="24"/);
    expect(form.text).toContain('the others are refused until they have it too.');
    const chosen = { name: 'next', days: '90', when: 'after', at: '' };
    for (const hours of ['0', '8761', '1.5', '-1', '', '99999999999']) {
      const refused = await visitor.submit(form, '/rotate', { ...chosen, hours });
      expect([refused.response.status, refused.text.includes('Give a number of hours from 1 to 8760.')]).toEqual([
        400,
        true,
      ]);
    }
    const shown = await submit(visitor, rotate, '/rotate', { ...chosen, hours: '24' });
    const next = copiesOf(shown.text)['The secret'];
    // Each replica in turn, some with the old one: the order does not matter.
    for (const secret of [app.clientSecret, next, app.clientSecret, next, app.clientSecret]) {
      expect(await works(secret)).toBe(200);
    }
    const [old] = await secretsOf(app.clientId);
    const left = (old?.expires_at?.getTime() ?? 0) - Date.now();
    expect(left).toBeGreaterThan(86_000_000);
    expect(left).toBeLessThanOrEqual(86_400_000);
    expect((await visitor.visit(`${path}/credentials`)).text).toContain(
      'A newer secret is there. Give it to every process',
    );
  });

  it('that have ended are removed, by one name for eyes and ears; who only looks is not told to add one', async () => {
    const { visitor, app, team, path } = await aDeveloper();
    const ended = await visitor.visit(`${path}/secrets/${app.secret?.id}/rotate`);
    await visitor.submit(ended, '/rotate', { name: 'next', days: '30', when: 'now' });
    expect((await visitor.visit(`${path}/credentials`)).text).toMatch(/class="danger">Remove<\/a>/);
    const viewer = await aPerson(server.database);
    const member = { team_id: team, account_id: viewer.account.id, role: 'viewer' as const, created_at: new Date() };
    await server.database.db.insertInto('team_members').values(member).execute();
    await server.database.db.deleteFrom('client_secrets').where('client_id', '=', app.clientId).execute();
    expect((await visitor.visit(`${path}/credentials`)).text).toContain('so it gets no token. Add one.');
    const seen = (await (await aVisitor(server, viewer)).visit(`${path}/credentials`)).text;
    expect(seen).toContain('so it gets no token.');
    expect(seen).not.toContain('Add one.');
  });

  it('and keys do not call optional what a choice on the form makes necessary', async () => {
    const { visitor, app, path } = await aDeveloper();
    const rotate = await visitor.visit(`${path}/secrets/${app.secret?.id}/rotate`);
    expect(rotate.text).toContain('>Day and time, in UTC</label>');
    const keys = await visitor.visit(`${path}/authentication`);
    expect(keys.text).toContain('>Public keys</label>');
    expect(keys.text).toContain('>Or the address of the keys</label>');
    const { id } = await anApi(server.database);
    expect((await visitor.visit(`/apis/${id}`)).text).toContain('>Reason</label>');
  });

  it('may name no API where there is only one, as the settings say', async () => {
    const { visitor, app, path } = await aDeveloper();
    await subscribed(app.clientId);
    expect((await requestToken(server, app)).status).toBe(200);
    const settings = (await visitor.visit(`${path}/settings`)).text;
    expect(settings).toContain('None: each request names its API, unless the app may use only one');
  });

  it('that are to end at a time need one that is to come', async () => {
    const { visitor, app, path } = await aDeveloper();
    const [first] = await secretsOf(app.clientId);
    const from = `${path}/secrets/${first?.id}/rotate`;
    const fields = { name: 'next', days: '90', when: 'at' };
    for (const [at, sentence] of [
      ['', 'Give the day and the time'],
      ['2020-01-01T10:00', 'This time has passed'],
    ] as const) {
      const page = await submit(visitor, from, '/rotate', { ...fields, at });
      expect([page.response.status, page.text.includes(sentence)]).toEqual([400, true]);
      expect(page.text).toMatch(/value="at" checked/);
    }
    const at = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
    await submit(visitor, from, '/rotate', { ...fields, at });
    expect((await secretsOf(app.clientId))[0]?.expires_at).toEqual(new Date(`${at}Z`));
  });

  it('that nobody uses any more are said to be safe to revoke', async () => {
    const { visitor, app, path } = await aDeveloper();
    const { db } = server.database;
    await submit(visitor, `${path}/secrets/new`, '/secrets', { name: 'newer', days: '90' });
    const [old, newer] = await secretsOf(app.clientId);
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    const use = (id: string | undefined, at: Date) =>
      db
        .updateTable('client_secrets')
        .set({ last_used_at: at, first_used_at: at })
        .where('id', '=', id ?? '')
        .execute();
    await use(old?.id, hoursAgo(25));
    expect((await visitor.visit(`${path}/credentials`)).text).not.toContain('safe to revoke');
    await use(newer?.id, hoursAgo(1));
    expect((await visitor.visit(`${path}/credentials`)).text).toContain(
      'Last used 1 day ago, while a newer secret is in use: safe to revoke.',
    );
    await use(old?.id, hoursAgo(2));
    expect((await visitor.visit(`${path}/credentials`)).text).not.toContain('safe to revoke');
  });
});

describe('settings of an app', () => {
  it('are changed, and refused in words when someone else was faster', async () => {
    const { visitor, app, path } = await aDeveloper('web');
    const settings = await visitor.visit(`${path}/settings`);
    const fields = {
      name: 'Renamed',
      description: 'New words',
      homepage: 'https://example.com/',
      redirectUris: 'https://one.example.com/cb\r\nhttps://two.example.com/cb',
      postLogoutRedirectUris: '',
      idTokenAlg: 'RS256',
      pkce: 'pkce_or_nonce',
      offlineAccess: 'never',
      refreshRetrySeconds: '30',
      requirePar: 'on',
    };
    const saved = await visitor.submit(settings, '/settings', fields);
    expect(saved.text).toContain('Saved the settings.');
    const [row] = (await listClients(server.database.db, { search: app.clientId }, operator())).rows;
    expect(row).toMatchObject({
      name: 'Renamed',
      homepage_url: 'https://example.com/',
      redirect_uris: ['https://one.example.com/cb', 'https://two.example.com/cb'],
      id_token_alg: 'RS256',
      pkce: 'pkce_or_nonce',
      refresh_retry_seconds: 30,
      offline_access: 'never',
      require_par: true,
      auth_method: 'client_secret_basic',
      first_party: false,
    });
    const late = await visitor.submit(settings, '/settings', { ...fields, name: 'Late' });
    expect(late.response.status).toBe(412);
    expect(late.text).toContain('Someone else has changed this app');
    expect(late.text).toContain('What is saved now differs here: Name: “Renamed”.');
    expect(late.text).toContain('value="Late"');
    expect((await visitor.submit(late, '/settings', { ...fields, name: 'Late' })).text).toContain(
      'Saved the settings.',
    );
    const wrong = await submit(visitor, `${path}/settings`, '/settings', {
      ...fields,
      refreshRetrySeconds: '61',
      homepage: 'ftp://x',
    });
    expect(wrong.text).toContain('Give whole seconds, from 0 to 60.');
    expect(wrong.text).toContain('The homepage must be a whole address that starts with https://.');
  });

  it('let it authenticate with keys: pasted, or by their address', async () => {
    const { visitor, app, path } = await aDeveloper();
    const from = `${path}/authentication`;
    const authMethod = 'private_key_jwt';
    const x = 'A'.repeat(43);
    const problems = {
      'This is not JSON.': '{',
      'needs the app’s public keys': '',
      'holds its private part': JSON.stringify({ kty: 'EC', crv: 'P-256', x, y: x, d: x }),
      'use P-256': JSON.stringify({ keys: [{ kty: 'EC', crv: 'P-521', x, y: x }] }),
      'A JWK Set has a list of “keys”.': '{"keys":"none"}',
    };
    for (const [sentence, jwks] of Object.entries(problems)) {
      const page = await submit(visitor, from, '/authentication', { authMethod, jwks, jwksUri: '' });
      expect([page.response.status, page.text.includes(sentence)]).toEqual([400, true]);
    }
    const http = await submit(visitor, from, '/authentication', {
      authMethod,
      jwks: '',
      jwksUri: 'http://keys.example.com/',
    });
    expect(http.text).toContain('must start with https://');
    const byUri = await submit(visitor, from, '/authentication', {
      authMethod,
      jwks: '',
      jwksUri: 'https://keys.example.com/jwks',
    });
    expect(byUri.text).toContain('https://keys.example.com/jwks');
    const [jwk] = (await anAssertionKey()).jwks.keys;
    const mine = JSON.stringify({ ...jwk, kid: 'mine' });
    const byKey = await submit(visitor, from, '/authentication', { authMethod, jwks: mine, jwksUri: '' });
    expect(byKey.text).toContain('EC · P-256 · mine');
    expect(byKey.text).not.toContain('https://keys.example.com/jwks');
    expect(await listSecrets(server.database.db, app.clientId, operator())).toEqual([]);
  });
});

describe('stopping and deleting', () => {
  it('say what will happen, do it, and say what has happened', async () => {
    const { visitor, app, path } = await aDeveloper();
    await subscribed(app.clientId);
    const token = async () => (await requestToken(server, app)).status;
    const silent = await submit(visitor, `${path}/disable`, '/disable', { reason: ' ' });
    expect([silent.response.status, silent.text.includes('Say why')]).toEqual([400, true]);
    expect(await token()).toBe(200);
    const stopped = await submit(visitor, `${path}/disable`, '/disable', { reason: 'It leaks' });
    expect(stopped.text).toContain('Its tokens are refused from now on.');
    expect(stopped.text).toContain('It leaks');
    expect(await token()).toBe(401);
    expect((await visitor.submit(stopped, '/enable')).text).toContain('can get tokens again');
    expect(await token()).toBe(200);
    const untyped = await submit(visitor, `${path}/delete`, '/delete', { typed: 'Another app' });
    expect(untyped.response.status).toBe(400);
    expect(untyped.text).toContain(`This does not match. Type “${app.client.name}” as it stands above.`);
    expect(await token()).toBe(200);
    const gone = await submit(visitor, `${path}/delete`, '/delete', { typed: ` ${app.client.name} ` });
    expect(gone.text).toContain(`Deleted ${app.client.name}.`);
    expect(await token()).toBe(401);
    expect((await visitor.visit(path)).response.status).toBe(404);
  });
});

describe('the pages of an app', () => {
  it('have the same tabs, its client ID to copy, and each thing once', async () => {
    const { visitor, app, path } = await aDeveloper();
    const tabs = ['', '/credentials', '/apis', '/requests', '/settings'].map((tab) => path + tab);
    for (const tab of tabs) {
      const { text } = await visitor.visit(tab);
      const links = [
        ...text.matchAll(/<a href="([^"]+)"( aria-current="page")?>(Overview|Credentials|APIs|Activity|Settings)</g),
      ];
      expect(links.map(([, href]) => href)).toEqual(tabs);
      expect(links.filter(([, , current]) => current).map(([, href]) => href)).toEqual([tab]);
      expect(text.split('<span class="unseen"> client ID</span>')).toHaveLength(2);
    }
    const [overview, credentials] = [await visitor.visit(path), await visitor.visit(`${path}/credentials`)];
    expect(overview.text).toContain('It gets no token for an API until you choose one and pick scopes.');
    expect(credentials.text).toContain(`<span class="unseen">ends with </span>${app.clientSecret.slice(-4)}</code>`);
    expect(overview.text).not.toContain('Rotate');
  });

  it('say that an app without a secret gets no token', async () => {
    const { visitor, app, path } = await aDeveloper();
    await server.database.db.deleteFrom('client_secrets').where('client_id', '=', app.clientId).execute();
    expect((await visitor.visit(path)).text).toContain('It has no secret that works, so it gets no token.');
  });
});

describe('the list', () => {
  it('has pages and is searched', async () => {
    const { visitor, team } = await aDeveloper();
    for (let index = 0; index < 51; index += 1) {
      await aClient(server.database, { type: 'machine', team, name: `Job ${String(index).padStart(2, '0')}` });
    }
    const first = await visitor.visit('/apps');
    const more = /href="(\/apps\?cursor=[^"]+)"/.exec(first.text)?.[1] ?? '';
    const second = await visitor.visit(more);
    const names = (text: string) => [...text.matchAll(/<bdi>(Job \d\d)<\/bdi>/g)].map(([, name]) => name);
    expect([...names(first.text), ...names(second.text)]).toHaveLength(51);
    expect(new Set([...names(first.text), ...names(second.text)]).size).toBe(51);
    expect(second.text).not.toContain('Next page');
    expect(names((await visitor.visit('/apps?search=job+07')).text)).toEqual(['Job 07']);
    expect((await visitor.visit('/apps?search=nothing')).text).toContain('No app like that');
    expect((await visitor.visit('/apps?search=latchkey-portal')).text).toContain('No app like that');
    expect((await visitor.visit('/apps/latchkey-portal')).response.status).toBe(404);
  });

  it('and its page take few statements, whatever their length', async () => {
    const { visitor, app, path } = await aDeveloper();
    const { executed, stop } = countStatements(server);
    await visitor.visit('/apps');
    const list = executed();
    // A page of them, how many there are, and how many requests wait for approval.
    expect(list).toBe(3);
    for (let index = 0; index < 10; index += 1)
      await aClient(server.database, { type: 'machine', team: app.client.team_id ?? '' });
    const before = executed();
    await visitor.visit('/apps');
    expect(executed() - before).toBe(list);
    const page = executed();
    await visitor.visit(path);
    expect(executed() - page).toBeLessThanOrEqual(5);
    stop();
  });
});

/** Statements about apps and what they have. */
function countStatements({ database }: TestServer) {
  const { pool } = database;
  if (!pool) throw new Error('only on PostgreSQL');
  let count = 0;
  const counted = new WeakSet<object>();
  const onAcquire = (client: { query: (...args: unknown[]) => unknown }) => {
    if (counted.has(client)) return;
    counted.add(client);
    const query = client.query.bind(client);
    client.query = (...args) => {
      const [statement] = args as [string | { text: string }];
      // Others are of the visit itself, and of what looks at changes in the background.
      if (
        /"(clients|client_secrets|apis|subscriptions)"/.test(typeof statement === 'string' ? statement : statement.text)
      )
        count += 1;
      return query(...args);
    };
  };
  pool.on('acquire', onAcquire as never);
  return { executed: () => count, stop: () => pool.off('acquire', onAcquire as never) };
}

describe('scopes that are picked along with a new app', () => {
  const free = { name: 'figures:read', description: 'Read' };
  const guarded = { name: 'figures:write', description: 'Write', needsApproval: true };
  const figures = () => anApi(server.database, { name: 'Figures', scopes: [free, guarded] });
  const machine = { type: 'machine', name: 'Along' };
  const create = (visitor: Person, fields: Record<string, string>) =>
    submit(visitor, '/apps/new', '/apps', { ...machine, create: 'yes', ...fields });

  it('are granted, and no other', async () => {
    const api = await figures();
    const page = await create(await aVisitor(server), { scopes: `${api.id} figures:read` });
    expect(page.text).toContain('It may use figures:read of Figures.');
    expect(page.text).toContain('<h1><bdi>Ready to use</bdi></h1>');
    const clientId = /app_\w+/.exec(page.url)?.[0] ?? '';
    const clientSecret = copiesOf(page.text)['The secret'] ?? '';
    const { body } = await requestToken(server, { clientId, clientSecret });
    expect(decodeJwt(String(body.access_token))).toMatchObject({ aud: api.identifier, scope: 'figures:read' });
    const { db } = server.database;
    const rows = await db.selectFrom('subscriptions').selectAll().where('client_id', '=', clientId).execute();
    expect(rows).toMatchObject([{ scopes: ['figures:read'], pending_scopes: null }]);
  });

  it('are none when none is picked, and the page says what is missing', async () => {
    await figures();
    const page = await create(await aVisitor(server), {});
    expect(page.text).toContain('<h1><bdi>Created; it needs an API</bdi></h1>');
    expect(page.text).not.toContain('Ready to use');
    const clientId = /app_\w+/.exec(page.url)?.[0] ?? '';
    expect(page.text).toContain(`href="/apis?app=${clientId}">Choose an API</a>`);
  });

  it('wait for the owner with a reason, and are not asked for without one', async () => {
    const api = await figures();
    const visitor = await aVisitor(server);
    const scopes = `${api.id} figures:write`;
    const refused = await create(visitor, { scopes });
    expect(refused.response.status).toBe(400);
    expect(refused.text).toContain('Say what the app needs it for, so that the owner of the API can decide.');
    expect(refused.text).toContain(`value="${scopes}" class="waits" checked`);
    const page = await create(visitor, { scopes, reason: 'Monthly figures' });
    expect(page.text).toContain('The operator was asked for figures:write.');
    expect(page.text).toContain('<h1><bdi>Created; its API has to agree</bdi></h1>');
    expect(page.text).toContain('lks_');
    const names = (await listClients(server.database.db, { search: 'Along' }, operator())).rows.length;
    expect((await create(visitor, { scopes: 'api_made_up x' })).response.status).toBe(400);
    expect((await listClients(server.database.db, { search: 'Along' }, operator())).rows).toHaveLength(names);
  });

  it('are found for the 101st API too, with what was typed and picked before', async () => {
    const api = await figures();
    for (let n = 0; n < 100; n += 1) await anApi(server.database, { name: `Many ${n}` });
    const late = await anApi(server.database, { name: 'Zebra crossings' });
    const visitor = await aVisitor(server);
    const form = await visitor.visit('/apps/new');
    expect(form.text).toContain('There are more: type a part of the name.');
    expect(form.text).not.toContain('Zebra crossings');
    // Enter in a field presses the first button, which has no name: with something new to look for, it looks.
    const typed = {
      type: 'web',
      name: 'Typed',
      description: '',
      redirectUris: 'https://a.example.com/',
      find: 'zebra',
    };
    const found = await visitor.submit(form, '/apps', { ...typed, scopes: `${api.id} figures:read` });
    expect(found.response.status).toBe(200);
    expect(found.text).toContain(`value="${late.id} reports:read"`);
    expect(found.text).toContain(`value="${api.id} figures:read" checked`);
    expect(found.text).toContain('value="Typed"');
    const page = await visitor.submit(found, '/apps', { ...typed, find: 'zebra', scopes: `${late.id} reports:read` });
    expect(page.text).toContain('It may use reports:read of Zebra crossings.');
  });
});
