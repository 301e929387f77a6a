import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createVerifier } from '../../src/verifier/index.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { aVisitor } from '../support/portal.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

type Someone = Awaited<ReturnType<typeof aPerson>>;

async function anAppWithApi() {
  const api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  return { api, app: await aClient(server.database, { type: 'web', name: 'Dashboard', subscriptions }) };
}
type World = Awaited<ReturnType<typeof anAppWithApi>>;

const connect = async ({ app, api }: World, person: Someone) => {
  const parameters = { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier };
  return (await signIn(server, app, person, { parameters })).tokens;
};

const refresh = ({ app }: World, token = '') =>
  post(server, '/token', { grant_type: 'refresh_token', refresh_token: token }, app);

const pathOf = ({ app }: World) => `/account/apps/${app.clientId}/disconnect`;

describe('the connected apps of a person', () => {
  it('I22: are listed with what each may do in words, and nobody else’s are', async () => {
    const world = await anAppWithApi();
    const [ada, bob] = [await aPerson(server.database), await aPerson(server.database)];
    await connect(world, ada);
    const page = await (await aVisitor(server, ada)).visit('/account/apps');
    for (const words of ['Dashboard', 'Know who you are', 'May reports:read', 'While you are away', 'last used']) {
      expect(page.text).toContain(words);
    }
    const others = await (await aVisitor(server, bob)).visit('/account/apps');
    expect(others.text).toContain('No app is connected');
    expect(others.text).not.toContain('Dashboard');
  });

  it('C08, I22: are disconnected: no refresh, no consent, and a verifier refuses the token as it hears of it', async () => {
    const world = await anAppWithApi();
    const [ada, bob] = [await aPerson(server.database), await aPerson(server.database)];
    const [tokens, others] = [await connect(world, ada), await connect(world, bob)];
    const verifier = createVerifier({ issuer: server.issuer, audience: world.api.identifier, pollSeconds: 0.05 });
    await verifier.verify(tokens.access_token);
    const visitor = await aVisitor(server, ada);
    const asked = await visitor.visit(pathOf(world));
    expect(asked.text).toContain('APIs refuse its tokens within 5 seconds');
    expect((await refresh(world, others.refresh_token)).status).toBe(200);
    const done = await visitor.submit(asked, pathOf(world));
    expect(done.text).toContain('Dashboard is disconnected.');
    expect(done.text).toContain('No app is connected');
    const refused = await refresh(world, tokens.refresh_token);
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant']);
    await until('the verifier has heard of it', () =>
      verifier.verify(tokens.access_token).then(
        () => false,
        ({ code }) => code === 'invalid_token',
      ),
    );
    await verifier.verify(others.access_token);
    verifier.close();
    const { db } = server.database;
    const events = db.selectFrom('audit_events').select(['actor_id', 'client_id']);
    expect(
      await events.where('type', '=', 'consent.withdrawn').where('actor_id', '=', ada.account.id).execute(),
    ).toEqual([{ actor_id: ada.account.id, client_id: world.app.clientId }]);
  });

  it('cannot be named by somebody else, nor twice', async () => {
    const world = await anAppWithApi();
    const [ada, bob] = [await aPerson(server.database), await aPerson(server.database)];
    const tokens = await connect(world, ada);
    const [mine, stranger] = [await aVisitor(server, ada), await aVisitor(server, bob)];
    expect((await stranger.request(pathOf(world))).status).toBe(404);
    const { text } = await stranger.visit('/account/profile');
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    expect((await stranger.request(pathOf(world), { form: { csrf } })).status).toBe(404);
    expect((await refresh(world, tokens.refresh_token)).status).toBe(200);
    const asked = await mine.visit(pathOf(world));
    await mine.submit(asked, pathOf(world));
    expect((await mine.submit(asked, pathOf(world))).response.status).toBe(404);
  });
});
