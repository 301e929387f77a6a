import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from '../../src/clients/clients.ts';
import { findClient } from '../../src/clients/find-clients.ts';
import { createFirstClient } from '../../src/clients/first-client.ts';
import { deleteClient, disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { listClients } from '../../src/clients/list-clients.ts';
import { addSecret } from '../../src/clients/secrets/secrets.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { deleteEndedGrants } from '../../src/revocation/ended-grants.ts';
import { allowIntrospection } from '../../src/subscriptions/introspectors.ts';
import { aTeam, someoneWith } from '../support/access.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { releaseTime } from '../support/time.ts';
import { post, requestToken } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
afterEach(releaseTime);

const operator = () => ({ actor: { type: 'operator' } as const, now: new Date() });
const db = () => server.database.db;

type Someone = Awaited<ReturnType<typeof someoneWith>>;

/** One app of a team, and people with every right and with none. */
async function aScene() {
  const { database } = server;
  const team = (await aTeam(database)).id;
  const app = await aClient(database, { type: 'machine', team });
  const people: Record<string, Someone> = {
    stranger: await someoneWith(database, {}),
    'member of another team': await someoneWith(database, { team: (await aTeam(database)).id, role: 'owner' }),
    viewer: await someoneWith(database, { team, role: 'viewer' }),
    developer: await someoneWith(database, { team, role: 'developer' }),
    'developer whose token only reads': await someoneWith(database, {
      team,
      role: 'developer',
      tokenAllows: new Set(['app.read']),
    }),
    auditor: await someoneWith(database, { platformRole: 'auditor' }),
    admin: await someoneWith(database, { platformRole: 'admin' }),
  };
  return { team, app, people };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string; name: string }) => error.code ?? error.name,
  );

describe('an app', () => {
  it('is seen and changed by those whom its team lets, and does not exist for others', async () => {
    const { team, app, people } = await aScene();
    const clientId = app.clientId;
    const verdicts: Record<string, string[]> = {};
    for (const [name, { by }] of Object.entries(people)) {
      verdicts[name] = [
        await codeOf(findClient(db(), clientId, 'app.read', by())),
        await codeOf(updateClient(db(), { clientId, changes: { description: name } }, by())),
        await codeOf(createClient(db(), { name: 'New', type: 'machine', team }, by())),
        await codeOf(addSecret(db(), { clientId, name: 'x' }, by())),
        await codeOf(disableClient(db(), { clientId, reason: 'x' }, by())),
        await codeOf(enableClient(db(), clientId, by())),
      ];
    }
    const all = (verdict: string) => Array<string>(6).fill(verdict);
    const reads = ['done', ...Array<string>(5).fill('forbidden')];
    expect(verdicts).toEqual({
      stranger: all('not_found'),
      'member of another team': all('not_found'),
      viewer: reads,
      developer: all('done'),
      'developer whose token only reads': reads,
      auditor: reads,
      admin: all('done'),
    });
    expect(await codeOf(deleteClient(db(), { clientId }, people.viewer?.by() ?? operator()))).toBe('forbidden');
  });

  it('that is not one’s own and one that never was give the very same answer', async () => {
    const { app, people } = await aScene();
    const by = people.stranger?.by() ?? operator();
    const sentence = (id: string) =>
      findClient(db(), id, 'app.read', by).catch((error: Error) => error.message.replace(id, 'ID'));
    expect(await sentence(app.clientId)).toBe(await sentence('app_000000000000000000000000'));
  });

  it('is never made first-party, given an id or subscribed by its developer', async () => {
    const { team, people } = await aScene();
    const { identifier } = await anApi(server.database);
    const by = people.developer?.by() ?? operator();
    const wanted = { name: 'Greedy', type: 'machine', team } as const;
    const greedy = [
      { firstParty: true },
      { id: 'my-own-id' },
      { subscriptions: [{ api: identifier, scopes: ['reports:read'] }] },
    ];
    for (const more of greedy) expect(await codeOf(createClient(db(), { ...wanted, ...more }, by))).toBe('forbidden');
    const unknown = { ...wanted, team_id: 'x', disabled_at: null };
    expect(await codeOf(createClient(db(), unknown, by))).toBe('ZodError');
    const { clientId } = await aClient(server.database, { type: 'machine', team });
    expect(await codeOf(updateClient(db(), { clientId, changes: { firstParty: true } }, by))).toBe('forbidden');
    for (const changes of [{ team: 'other' }, { id: 'x' }, { type: 'web' }, { version: 9 }]) {
      expect(await codeOf(updateClient(db(), { clientId, changes: changes as object }, by))).toBe('ZodError');
    }
  });

  it('without a team is made by no person', async () => {
    const { people } = await aScene();
    const wanted = { name: 'Nobody’s', type: 'machine' } as const;
    expect(await codeOf(createClient(db(), wanted, people.developer?.by() ?? operator()))).toBe('not_found');
    expect(await codeOf(createClient(db(), wanted, people.admin?.by() ?? operator()))).toBe('done');
  });

  it('of someone without a team comes with one that is named after them', async () => {
    const [first, second] = [await someoneWith(server.database, {}), await someoneWith(server.database, {})];
    for (const { by, account } of [first, second]) {
      const { client } = await createFirstClient(db(), { name: 'First', type: 'machine' }, account, by());
      const member = await db().selectFrom('team_members').selectAll().where('account_id', '=', account.id).execute();
      expect(member).toMatchObject([{ team_id: client.team_id, role: 'owner' }]);
    }
    const names = await db().selectFrom('teams').select('name').where('name', 'like', 'Ada Lovelace’s team%').execute();
    expect(names.map(({ name }) => name).sort()).toEqual(['Ada Lovelace’s team', 'Ada Lovelace’s team 2']);
    const broken = { name: '', type: 'machine' } as const;
    expect(await codeOf(createFirstClient(db(), broken, first.account, first.by()))).toBe('ZodError');
  });

  it('that the portal is cannot be seen, changed or removed, and is in no list', async () => {
    const clientId = 'latchkey-portal';
    expect(await codeOf(findClient(db(), clientId, 'app.read', operator()))).toBe('not_found');
    expect(await codeOf(updateClient(db(), { clientId, changes: { name: 'x' } }, operator()))).toBe('not_found');
    expect(await codeOf(disableClient(db(), { clientId, reason: 'x' }, operator()))).toBe('not_found');
    expect(await codeOf(enableClient(db(), clientId, operator()))).toBe('not_found');
    expect(await codeOf(deleteClient(db(), { clientId }, operator()))).toBe('not_found');
    expect(await codeOf(addSecret(db(), { clientId, name: 'x' }, operator()))).toBe('not_found');
    expect((await listClients(db(), { search: clientId }, operator())).rows).toEqual([]);
  });
});

describe('a change of an app', () => {
  it('is made to the version that was read, and grows it', async () => {
    const { clientId, client } = await aClient(server.database, { type: 'web' });
    const changed = await updateClient(
      db(),
      { clientId, version: client.version, changes: { name: 'Renamed', homepage: 'https://example.com/' } },
      operator(),
    );
    expect(changed).toMatchObject({
      name: 'Renamed',
      homepage_url: 'https://example.com/',
      version: client.version + 1,
    });
    const late = updateClient(db(), { clientId, version: client.version, changes: { name: 'Late' } }, operator());
    expect(await codeOf(late)).toBe('precondition_failed');
    expect((await updateClient(db(), { clientId, changes: { homepage: null } }, operator())).homepage_url).toBeNull();
    const events = await db()
      .selectFrom('audit_events')
      .select('detail')
      .where('client_id', '=', clientId)
      .where('type', '=', 'client.updated')
      .execute();
    expect(events.map(({ detail }) => detail.changed)).toEqual([['name', 'homepage'], ['homepage']]);
  });

  it('must leave a valid app, and says for each field what is wrong', async () => {
    const web = await aClient(server.database, { type: 'web' });
    const spa = await aClient(server.database, { type: 'spa' });
    const problems = async (clientId: string, changes: object) => {
      const error = await updateClient(db(), { clientId, changes }, operator()).catch((thrown: unknown) => thrown);
      const { issues } = error as { issues: { path: PropertyKey[]; message: string }[] };
      return issues.map(({ path, message }) => [path.join('.'), message]);
    };
    expect(
      await problems(web.clientId, { redirectUris: ['https://a.example.com/', 'http://a.example.com/', '/cb'] }),
    ).toEqual([
      ['redirectUris.1', '“http://a.example.com/” must use https; http is only for localhost and loopback addresses.'],
      ['redirectUris.2', '“/cb” is not an absolute URI.'],
    ]);
    expect(await problems(web.clientId, { redirectUris: [] })).toMatchObject(
      [['redirectUris', /at least one/]].map(([path]) => [path, expect.stringContaining('at least one')]),
    );
    expect(await problems(web.clientId, { authMethod: 'private_key_jwt' })).toMatchObject([
      ['jwks', expect.stringContaining('public keys')],
    ]);
    expect(await problems(spa.clientId, { pkce: 'pkce_or_nonce' })).toMatchObject([
      ['pkce', expect.stringContaining('always')],
    ]);
    expect(await problems(web.clientId, { jwksUri: 'http://keys.example.com/' })).toMatchObject([
      ['jwksUri', expect.stringContaining('https://')],
    ]);
    const secret = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' };
    expect(await problems(web.clientId, { authMethod: 'private_key_jwt', jwks: { keys: [secret] } })).toMatchObject([
      ['jwks.keys.0', expect.stringContaining('private part')],
    ]);
    expect(await problems(web.clientId, { homepage: 'javascript:alert(1)' })).toMatchObject([
      ['homepage', expect.stringContaining('https://')],
    ]);
  });

  it('is in force with the next request', async () => {
    const api = await anApi(server.database);
    const other = await anApi(server.database);
    const subscriptions = [api, other].map(({ identifier }) => ({ api: identifier, scopes: ['reports:read'] }));
    const app = await aClient(server.database, { type: 'machine', subscriptions });
    expect((await requestToken(server, app)).status).toBe(400);
    await updateClient(db(), { clientId: app.clientId, changes: { defaultApi: other.identifier } }, operator());
    expect((await requestToken(server, app)).status).toBe(200);
    const foreign = { defaultApi: (await anApi(server.database)).identifier };
    expect(await codeOf(updateClient(db(), { clientId: app.clientId, changes: foreign }, operator()))).toBe(
      'invalid_request',
    );
    await updateClient(db(), { clientId: app.clientId, changes: { authMethod: 'client_secret_post' } }, operator());
    const form = { grant_type: 'client_credentials', client_id: app.clientId, client_secret: app.clientSecret };
    expect((await post(server, '/token', form)).status).toBe(200);
  });
});

describe('the list of apps', () => {
  it('has pages, is searched by name and id, and shows what one may see', async () => {
    const { team, app, people } = await aScene();
    const made = [app.clientId];
    for (const name of ['Night job', '100% reports', 'Other']) {
      made.push((await aClient(server.database, { type: 'machine', team, name })).clientId);
    }
    const by = people.viewer?.by() ?? operator();
    const first = await listClients(db(), { limit: 3 }, by);
    const second = await listClients(db(), { limit: 3, cursor: first.next }, by);
    expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(made.toReversed());
    expect(second.next).toBeUndefined();
    const found = async (search: string) => (await listClients(db(), { search }, by)).rows.map(({ id }) => id);
    expect(await found('night')).toEqual([made[1]]);
    expect(await found('0%')).toEqual([made[2]]);
    expect(await found(app.clientId.slice(0, 14).toUpperCase())).toEqual([app.clientId]);
    expect(await found('nothing like it')).toEqual([]);
    expect((await listClients(db(), {}, people.stranger?.by() ?? operator())).rows).toEqual([]);
    const foreign = await listClients(db(), { team }, people['member of another team']?.by() ?? operator());
    expect(foreign.rows).toEqual([]);
    expect((await listClients(db(), { team }, people.auditor?.by() ?? operator())).rows).toHaveLength(4);
    expect(await codeOf(listClients(db(), { cursor: 'bm90IG91cnM' }, by))).toBe('invalid_request');
  });
});

describe('an app that ends', () => {
  const ends = {
    disabled: (clientId: string) => disableClient(db(), { clientId, reason: 'test' }, operator()),
    deleted: (clientId: string) => deleteClient(db(), { clientId }, operator()),
  };

  /** A resource server that may introspect the API’s tokens. */
  async function anIntrospector(apiIdentifier: string) {
    const resourceServer = await aClient(server.database, { type: 'machine' });
    await allowIntrospection(db(), { apiIdentifier, clientId: resourceServer.clientId }, operator());
    return async (token: string) =>
      ((await post(server, '/token/introspection', { token }, resourceServer)).body as unknown as { active: boolean })
        .active;
  }

  it.each(Object.entries(ends))('because it is %s gets no token, and its live ones are refused', async (_how, end) => {
    const { identifier } = await anApi(server.database);
    const isActive = await anIntrospector(identifier);
    const app = await aClient(server.database, {
      type: 'machine',
      subscriptions: [{ api: identifier, scopes: ['reports:read'] }],
    });
    const { body } = await requestToken(server, app);
    expect(await isActive(body.access_token)).toBe(true);
    await end(app.clientId);
    const refused = await requestToken(server, app);
    expect([refused.status, refused.body.error]).toEqual([401, 'invalid_client']);
    expect(await isActive(body.access_token)).toBe(false);
  });

  it.each(Object.entries(ends))('because it is %s ends what people let it do', async (_how, end) => {
    const { identifier } = await anApi(server.database);
    const isActive = await anIntrospector(identifier);
    const app = await aClient(server.database, {
      type: 'web',
      subscriptions: [{ api: identifier, scopes: ['reports:read'] }],
    });
    const parameters = { scope: 'openid offline_access reports:read', prompt: 'consent', resource: identifier };
    const { tokens } = await signIn(server, app, await aPerson(server.database), { parameters });
    expect(await isActive(tokens.access_token)).toBe(true);
    await end(app.clientId);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    expect((await post(server, '/token', form, app)).status).toBe(401);
    expect(await isActive(tokens.access_token)).toBe(false);
    // Ending it is one small statement; what has ended is removed later.
    await deleteEndedGrants(db(), 1000);
    const left = await db().selectFrom('artifacts').select('model').where('client_id', '=', app.clientId).execute();
    expect(left.map(({ model }) => model).filter((model) => model !== 'Interaction')).toEqual([]);
  });

  it('by being disabled says why, and starts anew without its old tokens', async () => {
    const { identifier } = await anApi(server.database);
    const isActive = await anIntrospector(identifier);
    const subscriptions = [{ api: identifier, scopes: ['reports:read'] }];
    const app = await aClient(server.database, { type: 'machine', subscriptions });
    const { body } = await requestToken(server, app);
    await disableClient(db(), { clientId: app.clientId, reason: 'leaked' }, operator());
    expect((await findClient(db(), app.clientId, 'app.read', operator())).disabled_reason).toBe('leaked');
    await enableClient(db(), app.clientId, operator());
    expect((await findClient(db(), app.clientId, 'app.read', operator())).disabled_reason).toBeNull();
    expect((await requestToken(server, app)).status).toBe(200);
    expect(await isActive(body.access_token)).toBe(false);
  });
});
