import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deleteApi, suspendApi } from '../../src/apis/api-lifecycle.ts';
import { updateApi } from '../../src/apis/update-api.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { allowIntrospection } from '../../src/subscriptions/introspectors.ts';
import { endSubscription, narrowSubscription, suspendSubscription } from '../../src/subscriptions/lifecycle.ts';
import { createVerifier, type Verifier } from '../../src/verifier/index.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post, requestToken } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
const outbox = () => createOutbox(server.secrets.masterKeys, server.issuer);
const BOTH = ['reports:read', 'reports:write'];

/** Two apps that use one API: a machine, and a web app with a person who has agreed. And a third whose access stays. */
async function aScene() {
  const { database } = server;
  const api = await anApi(database);
  const subscriptions = [{ api: api.identifier, scopes: BOTH }];
  const machine = await aClient(database, { type: 'machine', subscriptions });
  const web = await aClient(database, { type: 'web', subscriptions });
  const bystander = await aClient(database, {
    type: 'machine',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });
  const resourceServer = await aClient(database, { type: 'machine' });
  const introspection = { apiIdentifier: api.identifier, clientId: resourceServer.clientId };
  await allowIntrospection(database.db, introspection, by());
  const { tokens } = await signIn(server, web, await aPerson(database), {
    parameters: {
      scope: `openid offline_access ${BOTH.join(' ')}`,
      prompt: 'consent',
      resource: api.identifier,
    },
  });
  const refresh = () =>
    post(server, '/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }, web);
  const introspect = async (token: string) =>
    (await post(server, '/token/introspection', { token }, resourceServer)).body as { active?: boolean };
  const ask = (app: typeof machine, scope?: string) =>
    requestToken(server, app, { resource: api.identifier, ...(scope ? { scope } : {}) });
  const idOf = async (app: typeof machine) =>
    (
      await database.db
        .selectFrom('subscriptions')
        .select('id')
        .where('client_id', '=', app.clientId)
        .where('api_id', '=', api.id)
        .executeTakeFirstOrThrow()
    ).id;
  return { api, machine, web, bystander, webToken: tokens.access_token, refresh, introspect, ask, idOf };
}

type Scene = Awaited<ReturnType<typeof aScene>>;

/** Ends when the verifier has heard of it; the spec's own timeout is the limit. */
async function untilRefused(verifier: Verifier, token: string): Promise<string> {
  for (;;) {
    const problem = await verifier.verify(token).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (problem !== undefined) return problem;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Ending {
  readonly what: string;
  readonly act: (scene: Scene) => Promise<unknown>;
  /** What is left, of which scopes; undefined: nothing. */
  readonly left: string | undefined;
  /** Whether an app beside them loses its tokens as well. */
  readonly whole: boolean;
}

const both = async ({ idOf, machine, web }: Scene, act: (target: { id: string }) => Promise<unknown>) => {
  await act({ id: await idOf(machine) });
  await act({ id: await idOf(web) });
};

const endings: readonly Ending[] = [
  {
    what: 'the subscription is suspended',
    act: (scene) =>
      both(scene, (target) => suspendSubscription(server.database.db, outbox(), target, { reason: 'test' }, by())),
    left: undefined,
    whole: false,
  },
  {
    what: 'the subscription is cancelled',
    act: (scene) =>
      both(scene, (target) => endSubscription(server.database.db, outbox(), target, { reason: 'test' }, by())),
    left: undefined,
    whole: false,
  },
  {
    what: 'the subscription is narrowed',
    act: (scene) =>
      both(scene, (target) => narrowSubscription(server.database.db, target, { scopes: ['reports:read'] }, by())),
    left: 'reports:read',
    whole: false,
  },
  {
    what: 'the API is suspended',
    act: ({ api }) => suspendApi(server.database.db, { id: api.id }, { reason: 'test' }, by()),
    left: undefined,
    whole: true,
  },
  {
    what: 'the API is deleted',
    act: ({ api }) => deleteApi(server.database.db, { id: api.id }, by()),
    left: undefined,
    whole: true,
  },
  {
    what: 'a scope is removed from the API',
    act: ({ api }) =>
      updateApi(server.database.db, { id: api.id }, { scopes: [{ name: 'reports:read', description: '' }] }, by()),
    left: 'reports:read',
    whole: false,
  },
];

describe.each(endings)('when $what', ({ act, left, whole }) => {
  it('the very next token request gets no more than is left, and tokens that are out are refused everywhere', async () => {
    const scene = await aScene();
    const { machine, bystander, webToken, introspect, ask, refresh } = scene;
    const verifier = createVerifier({ issuer: server.issuer, audience: scene.api.identifier, revocations: 'stream' });
    // Twice, so that the app is remembered and the express lane answers.
    await ask(machine);
    const first = await ask(machine);
    expect(first.body.scope).toBe(BOTH.join(' '));
    const token = first.body.access_token;
    const other = (await ask(bystander)).body.access_token;
    await Promise.all([verifier.verify(token), verifier.verify(webToken), verifier.verify(other)]);
    expect([await introspect(token), await introspect(webToken)]).toMatchObject([{ active: true }, { active: true }]);

    await act(scene);

    const next = await ask(machine);
    expect(next.body.error ?? next.body.scope).toBe(left ?? 'invalid_target');
    expect((await ask(machine, 'reports:write')).body.error).toBe(left ? 'invalid_scope' : 'invalid_target');
    expect([await introspect(token), await introspect(webToken)]).toEqual([{ active: false }, { active: false }]);
    expect(await untilRefused(verifier, token)).toContain('revoked');
    expect(await untilRefused(verifier, webToken)).toContain('revoked');
    const refreshed = await refresh();
    expect(
      refreshed.body.error ?? refreshed.body.scope?.split(' ').filter((scope) => scope.startsWith('reports')),
    ).toEqual(left ? [left] : 'invalid_target');

    expect((await introspect(other)).active).toBe(!whole);
    if (whole) expect(await untilRefused(verifier, other)).toContain('revoked');
    else await verifier.verify(other);
    verifier.close();
  });
});
