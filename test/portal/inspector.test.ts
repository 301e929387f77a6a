import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { endSubscription, suspendSubscription } from '../../src/subscriptions/lifecycle.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import type { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post, requestToken } from '../support/tokens.ts';
import { give } from '../support/usage.ts';

let server: TestServer;
let world: Awaited<ReturnType<typeof aWorld>>;
beforeAll(async () => {
  server = await startTestServer();
  world = await aWorld();
});
afterAll(() => server.stop());
afterEach(releaseTime);

const byOperator = () => ({ actor: { type: 'operator' } as const, now: new Date() });

/** A team with an app and its developer, another team with the API that the app uses, and somebody else. */
async function aWorld() {
  const [team, owners] = [await aTeam(server), await aTeam(server)];
  const api = await anApi(server.database, { name: 'Reports' });
  const other = await anApi(server.database, { name: 'Orders' });
  const app = await anAppFor(api.identifier);
  await give(server, team.id, app);
  await give(server, owners.id, { apiId: api.id });
  return {
    team,
    api,
    other,
    app,
    developer: await aVisitor(server, await aMember(server, { team: team.id })),
    owner: await aVisitor(server, await aMember(server, { team: owners.id })),
    stranger: await aVisitor(server),
  };
}

const anAppFor = (api: string) =>
  aClient(server.database, { type: 'machine', name: 'Dashboard', subscriptions: [{ api, scopes: ['reports:read'] }] });

async function aToken(app = world.app) {
  return String((await requestToken(server, app)).body.access_token);
}

/** What the inspector says to somebody. */
async function inspect(visitor: Person, token: string, asked: { api?: string; scope?: string } = {}) {
  const page = await visitor.submit(await visitor.visit('/tools/inspector'), '/tools/inspector', { token, ...asked });
  const text = page.text
    .replace(/<option[\s\S]*?<\/option>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ');
  return { ...page, html: page.text, text };
}

describe('the token inspector', () => {
  it('tells what is in a token, and that the API would take it', async () => {
    const { developer, api } = world;
    const { text, response } = await inspect(developer, await aToken(), { scope: 'reports:read' });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    for (const expected of [
      'An access token for an API issued by this server',
      `${api.identifier} with the scope reports:read would take it.`,
      `Issuer ${server.issuer}, this server`,
      'App Dashboard',
      'On behalf of nobody: the app itself',
      'Scopes reports:read',
      'Expires in 5 minutes',
      '(ES256, in use)',
      'passed Not revoked Nothing has revoked it.',
      'passed Subscription The app’s subscription is live.',
      'passed Scope in the subscription The app may have reports:read.',
    ]) {
      expect(text).toContain(expected);
    }
    expect(text).not.toContain('failed');
  });

  it('takes it with the header that it was copied with, and broken into lines', async () => {
    const token = await aToken();
    const broken = `Authorization: Bearer ${token.slice(0, 40)}\r\n  ${token.slice(40)}\r\n`;
    expect((await inspect(world.developer, broken)).text).toContain('would take it.');
  });

  it('names the first reason: another API, a scope that it lacks, one that the app may not have', async () => {
    const { developer, other, api } = world;
    const token = await aToken();
    expect((await inspect(developer, token, { api: other.identifier })).text).toContain(
      `${other.identifier} would refuse it. Audience: It is for ${api.identifier}, and not for ${other.identifier}.`,
    );
    const lacking = await inspect(developer, token, { scope: 'reports:write' });
    expect(lacking.text).toContain('Scope in the token: It carries reports:read, and not reports:write.');
    expect(lacking.text).toContain('failed Scope in the subscription The app may not have reports:write');
    expect((await inspect(developer, token, { scope: 'nothing' })).text).toContain('Reports has no scope nothing.');
  });

  it('advises to ask for a scope only where the app can have it', async () => {
    const scopes = ['reports:read', 'reports:write'];
    const app = await aClient(server.database, {
      type: 'machine',
      subscriptions: [{ api: world.api.identifier, scopes }],
    });
    await give(server, world.team.id, app);
    const token = String((await requestToken(server, app, { scope: 'reports:read' })).body.access_token);
    const advice = async (scope: string) => (await inspect(world.developer, token, { scope })).text;
    expect(await advice('reports:write')).toContain('Ask for a token with scope=reports:write.');
    expect(await advice('nothing')).not.toContain('Ask for a token');
  });

  it('tells an expired one', async () => {
    controlTime();
    const token = await aToken();
    travel(330);
    expect((await inspect(world.developer, token)).text).toContain('would refuse it. Not expired: It expired 3');
  });

  it('tells what revoked it: the app, its subscription, or being stopped', async () => {
    const { db } = server.database;
    const { developer, team, api } = world;
    const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
    const makeApp = async () => {
      const app = await anAppFor(api.identifier);
      await give(server, team.id, app);
      return { app, token: await aToken(app) };
    };
    const target = ({ clientId }: { clientId: string }) =>
      db.selectFrom('subscriptions').select('id').where('client_id', '=', clientId).executeTakeFirstOrThrow();
    const one = await makeApp();
    await post(server, '/token/revocation', { token: one.token }, one.app);
    expect((await inspect(developer, one.token)).text).toContain(
      'Not revoked: This one token was revoked by its app on',
    );
    const two = await makeApp();
    await suspendSubscription(db, outbox, await target(two.app), { reason: 'too many calls' }, byOperator());
    const suspended = (await inspect(developer, two.token)).text;
    expect(suspended).toContain('Not revoked: The app’s subscription of the API was ended or narrowed');
    expect(suspended).toContain('failed Subscription The app’s subscription is suspended.');
    const three = await makeApp();
    await endSubscription(db, outbox, await target(three.app), { reason: 'over' }, byOperator());
    expect((await inspect(developer, three.token)).text).toContain(
      'failed Subscription The app’s subscription is cancelled.',
    );
    const four = await makeApp();
    await disableClient(db, { clientId: four.app.clientId, reason: 'it leaked' }, byOperator());
    const stopped = (await inspect(developer, four.token)).text;
    expect(stopped).toContain('Not revoked: The app was stopped on');
    expect(stopped).toContain('it leaked');
    const seenByStranger = (await inspect(world.stranger, four.token)).text;
    expect(seenByStranger).toContain('Not revoked: It has been revoked.');
    expect(seenByStranger).not.toContain('it leaked');
  });

  it('hides apps and APIs of other teams', async () => {
    const { stranger, owner, api } = world;
    const token = await aToken();
    const seen = (await inspect(stranger, token)).text;
    expect(seen).toContain('App an app of another team');
    expect(seen).toContain(`${api.identifier} may take it. As far as you may see, nothing speaks against it.`);
    expect(seen).not.toContain('Dashboard');
    expect(seen).toContain('not shown Subscription');
    expect((await inspect(owner, token)).text).toContain('passed Subscription The app’s subscription is live.');
    await server.database.db.updateTable('apis').set({ visibility: 'team' }).where('id', '=', api.id).execute();
    expect((await inspect(stranger, token)).text).toContain('not shown API There is no such API in your catalogue.');
    await server.database.db.updateTable('apis').set({ visibility: 'everyone' }).where('id', '=', api.id).execute();
  });

  it('does not look up what a forged token names', async () => {
    const { developer, app, api } = world;
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const claims = {
      iss: server.issuer,
      aud: api.identifier,
      client_id: app.clientId,
      iat: 1e20,
      exp: 1e20,
      scope: 'a',
    };
    const forged = `${encode({ alg: 'ES256', typ: 'at+jwt', kid: 'unknown' })}.${encode(claims)}.${'A'.repeat(86)}`;
    const { text, response } = await inspect(developer, forged);
    expect(response.status).toBe(200);
    expect(text).toContain('not from this server');
    expect(text).toContain('Signing key: It names a key that this server never had.');
    expect(text).not.toContain('Dashboard');
    const [header, payload, signature] = (await aToken()).split('.');
    const changed = { ...JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()), scope: 'reports:write' };
    const tampered = await inspect(developer, `${header}.${encode(changed)}.${signature}`);
    expect(tampered.text).toContain('not authentic');
    expect(tampered.text).toContain('Signature: The signature does not fit');
    expect(tampered.text).not.toContain('App Dashboard');
  });

  it('explains ID tokens and opaque tokens, and warns of what should not be pasted', async () => {
    const { developer, api } = world;
    const ada = await aPerson(server.database);
    const web = await aClient(server.database, {
      type: 'web',
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });
    const { tokens } = await signIn(server, web, ada, {
      parameters: { scope: 'openid offline_access', prompt: 'consent' },
    });
    const id = (await inspect(developer, String(tokens.id_token))).text;
    expect(id).toContain('An ID token issued by this server');
    expect(id).toContain('would refuse it. It is an access token: It is an ID token');
    const opaque = await inspect(developer, tokens.access_token);
    expect(opaque.text).toContain('An access token for UserInfo');
    expect(opaque.text).toContain('It is opaque because the request had openid and named no API');
    const refresh = String(tokens.refresh_token);
    const warned = await inspect(developer, refresh);
    expect(warned.text).toContain('A refresh token do not paste');
    expect(warned.html).not.toContain(refresh);
    expect((await post(server, '/token', { grant_type: 'refresh_token', refresh_token: refresh }, web)).status).toBe(
      200,
    );
    const secret = await inspect(developer, web.clientSecret);
    expect(secret.text).toContain('A client secret do not paste');
    expect(secret.html).not.toContain(web.clientSecret);
    expect((await inspect(developer, 'x'.repeat(43))).text).toContain('This server does not know it');
    await disableClient(server.database.db, { clientId: web.clientId, reason: 'leaked' }, byOperator());
    await enableClient(server.database.db, web.clientId, byOperator());
    expect((await inspect(developer, tokens.access_token)).text).toContain('This server does not know it');
    expect((await inspect(developer, web.clientId)).text).toContain('An id, and no token');
    expect((await inspect(developer, 'a.b.c')).text).toContain('This is not a token that we can read.');
    expect((await inspect(developer, 'a.b.c.d.e')).text).toContain('An encrypted token');
  });

  it('says whose token it is to the person themselves', async () => {
    const ada = await aPerson(server.database);
    const web = await aClient(server.database, {
      type: 'web',
      subscriptions: [{ api: world.api.identifier, scopes: ['reports:read'] }],
    });
    const parameters = { scope: 'openid reports:read', resource: world.api.identifier };
    const { tokens } = await signIn(server, web, ada, { parameters });
    expect((await inspect(await aVisitor(server, ada), tokens.access_token)).text).toContain('On behalf of you');
    expect((await inspect(world.developer, tokens.access_token)).text).toContain('On behalf of a person');
  });

  it('keeps what is pasted out of addresses, logs and tables', async () => {
    const { developer } = world;
    const token = await aToken();
    const page = await inspect(developer, token, { scope: 'reports:read' });
    expect(page.url).toBe(`${server.issuer}/tools/inspector`);
    const [, , signature = ''] = token.split('.');
    expect(server.logged.join('\n')).not.toContain(signature);
    await server.app.usage.flush();
    for (const table of ['request_log', 'audit_events', 'portal_sessions', 'artifacts'] as const) {
      expect(JSON.stringify(await server.database.db.selectFrom(table).selectAll().execute())).not.toContain(signature);
    }
    expect((await developer.request(`/tools/inspector?token=${token}`)).status).toBe(200);
    expect((await developer.visit(`/tools/inspector?token=${token}`)).text).not.toContain(token);
  });

  it('asks for a token when there is none, and refuses a form without its own token', async () => {
    const { response, text } = await inspect(world.developer, '  ');
    expect(response.status).toBe(400);
    expect(text).toContain('Paste a token.');
    const refused = await world.developer.request('/tools/inspector', { form: { token: 'x' } });
    expect(refused.status).toBe(403);
  });
});
