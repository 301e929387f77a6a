import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { updateApi } from '../../src/apis/update-api.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { aRobot } from '../support/admin-api.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { obtainCode } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post, requestToken } from '../support/tokens.ts';

let server: TestServer;
const PUBLISHED = 901;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(controlTime);
afterEach(releaseTime);

const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
const algorithmsOf = async () => {
  await server.app.keyring.maintain();
  await server.app.keyring.reload();
  const { keys } = (await (await fetch(`${server.issuer}/jwks`)).json()) as { keys: { alg: string }[] };
  const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
  const { id_token_signing_alg_values_supported: listed } = metadata as Record<string, string[]>;
  return { published: keys.map(({ alg }) => alg).sort(), listed: listed?.toSorted() };
};
const signedBy = (jwt: string | undefined) => decodeProtectedHeader(jwt ?? '').alg;

it('EdDSA has a key while something uses it, which signs once verifiers can know it', async () => {
  const { db } = server.database;
  const without = { published: ['ES256', 'RS256'], listed: ['ES256', 'RS256'] };
  expect(await algorithmsOf()).toEqual(without);

  const api = await anApi(server.database, { signingAlg: 'RS256' });
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const machine = await aClient(server.database, { type: 'machine', subscriptions });
  const ada = await aPerson(server.database);
  const set = (signingAlg: 'EdDSA' | 'RS256') => updateApi(db, { id: api.id }, { signingAlg }, by());
  const tokenAlg = async () => signedBy((await requestToken(server, machine)).body.access_token);
  const web = await aClient(server.database, { type: 'web', idTokenAlg: 'EdDSA' });
  const idTokenAlg = async () => {
    const { form } = await obtainCode(server, web, ada);
    return signedBy((await post(server, '/token', form, web)).body.id_token);
  };

  await set('EdDSA');
  expect(await algorithmsOf()).toEqual({ published: ['ES256', 'EdDSA', 'RS256'], listed: ['ES256', 'RS256'] });
  expect([await tokenAlg(), await idTokenAlg()]).toEqual(['RS256', 'ES256']);
  travel(PUBLISHED);
  expect((await algorithmsOf()).listed).toEqual(['ES256', 'EdDSA', 'RS256']);
  expect([await tokenAlg(), await idTokenAlg()]).toEqual(['EdDSA', 'EdDSA']);

  await set('RS256');
  await db.updateTable('clients').set({ id_token_alg: 'ES256' }).where('id', '=', web.clientId).execute();
  expect(await algorithmsOf()).toEqual({ published: ['ES256', 'EdDSA', 'RS256'], listed: ['ES256', 'EdDSA', 'RS256'] });
  expect(await tokenAlg()).toBe('RS256');
  travel(86_000);
  await set('EdDSA');
  await algorithmsOf();
  expect(await tokenAlg()).toBe('EdDSA');
  await set('RS256');
  await algorithmsOf();
  travel(86_400);
  expect(await algorithmsOf()).toEqual(without);
});

it('the page of an API says from when its tokens are signed as chosen', async () => {
  const root = await aPerson(server.database);
  await server.database.db
    .updateTable('accounts')
    .set({ platform_role: 'admin' })
    .where('id', '=', root.account.id)
    .execute();
  const api = await anApi(server.database, { signingAlg: 'EdDSA' });
  await algorithmsOf();
  const visitor = await aVisitor(server, root);
  const page = async () => (await visitor.visit(`/apis/${api.id}`)).text;
  expect(await page()).toMatch(/EdDSA from [^<]+ UTC on, ES256 until then/);
  travel(PUBLISHED);
  expect(await page()).not.toContain('until then');
});

it('the admin API says of an app from when its ID tokens are signed as chosen', async () => {
  // Nothing may be left that uses it.
  await server.database.db.updateTable('apis').set({ signing_alg: 'ES256' }).execute();
  await server.database.db.deleteFrom('signing_keys').where('alg', '=', 'EdDSA').execute();
  await algorithmsOf();
  const app = await aClient(server.database, { type: 'web' });
  const shown = async () => {
    const robot = await aRobot(server, ['apps:read', 'apps:write']);
    const { id_token_alg, id_token_alg_now, id_token_alg_from } = (await robot.call('GET', `/apps/${app.clientId}`))
      .body;
    return [id_token_alg, id_token_alg_now, id_token_alg_from];
  };
  expect(await shown()).toEqual(['ES256', 'ES256', null]);
  const changes = { idTokenAlg: 'EdDSA' as const };
  await updateClient(server.database.db, { clientId: app.clientId, changes }, by());
  // The server may have made the key already, for it is told of the change.
  expect((await shown()).slice(0, 2)).toEqual(['EdDSA', 'ES256']);
  await algorithmsOf();
  const [, now, from] = await shown();
  expect([now, Date.parse(from) > Date.now()]).toEqual(['ES256', true]);
  travel(PUBLISHED);
  await algorithmsOf();
  expect(await shown()).toEqual(['EdDSA', 'EdDSA', null]);
});
