import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as client from 'openid-client';
import { connect, poll, startDevice } from '../support/device.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationParameters, discover, obtainCode, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic, post } from '../support/tokens.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());

/** `Authorization: Basic base64(id:)`, as Go's x/oauth2 and oidc-agent send it. */
const emptySecret = ({ clientId }: { clientId: string }) => ({ authorization: basic({ clientId, clientSecret: '' }) });
const postEmpty = (path: string, form: Record<string, string>, app: { clientId: string }) =>
  post(server, path, form, undefined, emptySecret(app));

const REFUSED = [401, 'invalid_client'];

describe('Basic with an empty secret', () => {
  it('names a public app at the token endpoint, for a code and for a refresh', async () => {
    const spa = await aClient(server.database, { type: 'spa' });
    const scope = { scope: 'openid offline_access', prompt: 'consent' };
    const { form } = await obtainCode(server, spa, ada, scope);
    const tokens = await postEmpty('/token', form, spa);
    expect([tokens.status, tokens.body.error]).toEqual([200, undefined]);
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.body.refresh_token ?? '' };
    const next = await postEmpty('/token', { ...refresh, client_id: spa.clientId }, spa);
    expect([next.status, next.body.error]).toEqual([200, undefined]);
  });

  it('names a public app for pushed requests, devices and revocation', async () => {
    const native = await aClient(server.database, { type: 'native' });
    const parameters = authorizationParameters(native);
    parameters.delete('client_id');
    expect((await postEmpty('/request', Object.fromEntries(parameters), native)).status).toBe(201);

    const device = await aClient(server.database, { type: 'device' });
    expect((await postEmpty('/device_authorization', { scope: 'openid' }, device)).status).toBe(200);
    const started = await startDevice(server, device, {});
    await connect(new Person(server.issuer), started.user_code, ada);
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: started.device_code };
    expect((await postEmpty('/token', form, device)).status).toBe(200);
    expect((await poll(server, device, started)).body.error).toBe('invalid_grant');

    const { tokens } = await signIn(server, native, ada);
    expect((await postEmpty('/token/revocation', { token: tokens.access_token }, native)).status).toBe(200);
    const again = await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(again.status).toBe(401);
  });

  it('works for openid-client as a public app that is told to use Basic', async () => {
    const spa = await aClient(server.database, { type: 'spa' });
    const auth: client.ClientAuth = (_server, { client_id: clientId }, _body, headers) =>
      headers.set('authorization', emptySecret({ clientId }).authorization);
    const configuration = await discover(server, spa, auth);
    const { tokens } = await signIn(server, spa, ada, { auth });
    await expect(client.tokenRevocation(configuration, tokens.access_token)).resolves.toBeUndefined();
  });

  it('proves nothing for an app that has a secret or keys, and is no way to introspect', async () => {
    const web = await aClient(server.database, { type: 'web' });
    const machine = await aClient(server.database, { type: 'machine' });
    for (const app of [web, machine, { clientId: 'app_unknown' }]) {
      for (const [path, form] of Object.entries({
        '/token': { grant_type: 'refresh_token', refresh_token: 'x' },
        '/request': Object.fromEntries(authorizationParameters(app)),
        '/device_authorization': { scope: 'openid' },
        '/token/revocation': { token: 'x' },
        '/token/introspection': { token: 'x' },
      })) {
        const { status, body } = await postEmpty(path, form, app);
        expect([path, status, body.error]).toEqual([path, ...REFUSED]);
      }
    }
    const spa = await aClient(server.database, { type: 'spa' });
    const { status, body } = await postEmpty('/token/introspection', { token: 'x' }, spa);
    expect([status, body.error]).toEqual(REFUSED);
  });

  it('does not hide another name or another proof in the form', async () => {
    const [spa, other] = [
      await aClient(server.database, { type: 'spa' }),
      await aClient(server.database, { type: 'spa' }),
    ];
    const form = { grant_type: 'refresh_token', refresh_token: 'x' };
    const mismatch = await postEmpty('/token', { ...form, client_id: other.clientId }, spa);
    expect([mismatch.status, mismatch.body.error]).toEqual([400, 'invalid_request']);
    const twoProofs = await postEmpty('/token', { ...form, client_secret: 'y' }, spa);
    expect([twoProofs.status, twoProofs.body.error]).toEqual([400, 'invalid_request']);
    const twice = await post(
      server,
      '/token',
      [...Object.entries(form), ['client_id', spa.clientId], ['client_id', spa.clientId]],
      undefined,
      emptySecret(spa),
    );
    expect([twice.status, twice.body.error]).toEqual([400, 'invalid_request']);
    expect((await postEmpty('/token', form, spa)).body.error).toBe('invalid_grant');
  });
});
