import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aRobot } from '../support/admin-api.ts';
import { startDevice } from '../support/device.ts';
import { aClient } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe.each(['spa', 'native', 'device'] as const)('an app that cannot keep a secret: %s', (type) => {
  it.each(['client_secret_basic', 'client_secret_post', 'private_key_jwt'])(
    'is not set to authenticate with %s, which would lock it out',
    async (method) => {
      const robot = await aRobot(server, ['apps:read', 'apps:write']);
      const app = await aClient(server.database, { type });
      const path = `/apps/${app.clientId}`;
      const { body } = await robot.call('GET', path);
      const changed = await robot.call('PATCH', path, { auth_method: method });
      expect([changed.status, JSON.stringify(changed.body)]).toEqual([
        400,
        expect.stringContaining('An app that cannot keep a secret does not authenticate.'),
      ]);
      expect((await robot.call('GET', path)).body).toEqual(body);
      if (type === 'device') expect((await startDevice(server, app)).user_code).toBeDefined();
    },
  );
});
