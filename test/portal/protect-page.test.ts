import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createVerifier } from '../../src/verifier/index.ts';
import { aClient, anApi } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';
import { controlTime, travel } from '../support/time.ts';
import { requestToken } from '../support/tokens.ts';
import { give } from '../support/usage.ts';

const textOf = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

let server: TestServer;
beforeAll(async () => {
  controlTime();
  server = await startTestServer();
});
afterAll(() => server.stop());

/** An API of a team, with a machine of the same team that may use it. */
async function aWorld() {
  const team = await aTeam(server);
  const api = await anApi(server.database, { teamId: team.id });
  const app = await aClient(server.database, {
    type: 'machine',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });
  await give(server, team.id, app);
  const developer = await aVisitor(server, await aMember(server, { team: team.id, role: 'developer' }));
  return { team, api, app, developer, path: `/apis/${api.id}/protect` };
}

const fetchAs = (path: string, audience: string) =>
  fetch(server.issuer + path, { headers: { 'latchkey-audience': audience } });

const sightings = (apiId: string) =>
  server.database.db.selectFrom('api_sightings').selectAll().where('api_id', '=', apiId).execute();

describe('the page that protects an API', () => {
  it('is where publishing leads, and shows the verifier in each framework', async () => {
    const { team, developer } = await aWorld();
    const page = await developer.submit(await developer.visit('/apis/new'), '/apis', {
      ...{ team: team.id, name: 'New one', identifier: 'https://new-one.example.com', 'scope-0': 'one:read' },
    });
    expect(page.url).toMatch(/\/apis\/api_\w+\/protect$/);
    expect(page.text).toContain('Published New one.');
    for (const label of ['Koa', 'Express', 'Fastify', 'fetch', 'Python', 'nginx']) {
      expect(page.text).toContain(`>${label}</label>`);
    }
    expect(textOf(page.text)).toContain('waiting Nothing yet.');
    expect(textOf(page.text)).toContain('No machine of yours may use this API yet.');
  });

  it('tells that the API fetches keys and the feed, once its verifier does, and that it has stopped', async () => {
    const { api, app, developer, path } = await aWorld();
    const verifier = createVerifier({ issuer: server.issuer, audience: api.identifier });
    const { body } = await requestToken(server, app, { resource: api.identifier });
    await verifier.verify(String(body.access_token));
    verifier.close();
    await server.app.sightings.flush();
    const seen = textOf((await developer.visit(path)).text);
    expect(seen).toContain('seen A server that names this API has fetched keys, and follows what is revoked.');
    expect(seen).toMatch(/Fetched keys now Read what was revoked now From (::1|127\.0\.0\.1|::ffff:127\.0\.0\.1)/);
    travel(150);
    expect(textOf((await developer.visit(path)).text)).toContain('stopped It followed what is revoked');
  });

  it('says so when something fetches keys alone', async () => {
    const { api, developer, path } = await aWorld();
    await fetchAs('/jwks', api.identifier);
    await server.app.sightings.flush();
    expect(textOf((await developer.visit(path)).text)).toContain('keys only It has fetched keys');
  });

  it('notes nothing for what names no API, or names it elsewhere', async () => {
    const { api } = await aWorld();
    await fetchAs('/jwks', 'https://nobody.example.com');
    await fetchAs('/jwks', `https://${'long.'.repeat(80)}example.com`);
    await fetchAs('/.well-known/openid-configuration', api.identifier);
    await server.app.sightings.flush();
    expect(await sightings(api.id)).toEqual([]);
  });

  it('writes once for many looks', async () => {
    const { api } = await aWorld();
    for (const _ of [1, 2, 3]) await fetchAs('/epochs', api.identifier);
    await server.app.sightings.flush();
    const [first] = await sightings(api.id);
    travel(2);
    await fetchAs('/epochs', api.identifier);
    await server.app.sightings.flush();
    expect(await sightings(api.id)).toEqual([first]);
    travel(5);
    await fetchAs('/epochs', api.identifier);
    await server.app.sightings.flush();
    expect((await sightings(api.id))[0]?.feed_at).not.toEqual(first?.feed_at);
  });

  it('gives a command with a real token, got by a secret that is gone again', async () => {
    const { api, app, developer, path } = await aWorld();
    const address = 'http://localhost:8080/it’s?a=1';
    const page = await developer.submit(await developer.visit(path), path, { app: app.clientId, address });
    expect(page.response.status).toBe(200);
    const token = /Bearer (eyJ[\w.-]+)/.exec(page.text.replace(/<[^>]+>/g, ''))?.[1] ?? '';
    const verifier = createVerifier({ issuer: server.issuer, audience: api.identifier });
    expect(await verifier.verify(token)).toMatchObject({ client_id: app.clientId, scope: 'reports:read' });
    verifier.close();
    const live = server.database.db.selectFrom('client_secrets').select('name').where('client_id', '=', app.clientId);
    expect((await live.execute()).map(({ name }) => name)).not.toContain(`check of ${api.name}`);
    const events = server.database.db.selectFrom('audit_events').select('type').where('client_id', '=', app.clientId);
    const types = (await events.execute()).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['client.secret_added', 'client.secret_removed']));
  });

  it('gives none as the app of another team, for an address that is none, or to a viewer', async () => {
    const { team, app, developer, path } = await aWorld();
    const address = 'http://localhost/';
    const other = await aClient(server.database, { type: 'machine' });
    const page = await developer.visit(path);
    const foreign = await developer.submit(page, path, { app: other.clientId, address: 'http://localhost/' });
    expect(foreign.response.status).toBe(404);
    const wrong = await developer.submit(page, path, { app: app.clientId, address: 'javascript:alert(1)' });
    expect([wrong.response.status, wrong.text]).toEqual([400, expect.stringContaining('Give an address that starts')]);
    const viewer = await aVisitor(server, await aMember(server, { team: team.id, role: 'viewer' }));
    const seen = await viewer.visit(path);
    expect(seen.text).not.toContain(app.clientId);
    expect(textOf(seen.text)).toContain('What this server has seen');
    const csrf = /name="csrf" value="([^"]+)"/.exec(seen.text)?.[1] ?? '';
    expect((await viewer.request(path, { form: { csrf, app: app.clientId, address } })).status).toBe(403);
    expect((await (await aVisitor(server)).visit(path)).response.status).toBe(404);
  });
});
