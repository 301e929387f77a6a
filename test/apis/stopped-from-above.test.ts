import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deleteApi, resumeApi, suspendApi } from '../../src/apis/api-lifecycle.ts';
import { disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { aClient, anApi } from '../support/factories.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function aScene() {
  const { database } = server;
  const { db } = database;
  const team = await aTeam(server);
  const developer = await byPerson(server, await aMember(server, { team: team.id, role: 'owner' }));
  const admin = await byPerson(server, await aMember(server, { platform: 'admin' }));
  const { clientId } = await aClient(database, { type: 'machine', team: team.id });
  const { id } = await anApi(database, { teamId: team.id });
  return {
    developer,
    admin,
    app: {
      stop: (by: typeof admin) => disableClient(db, { clientId, reason: 'test' }, by),
      start: (by: typeof admin) => enableClient(db, clientId, by),
    },
    api: {
      stop: (by: typeof admin) => suspendApi(db, { id }, { reason: 'test' }, by),
      start: (by: typeof admin) => resumeApi(db, { id }, by),
      remove: (by: typeof admin) => deleteApi(db, { id }, by),
    },
  };
}
const refused = { code: 'forbidden', message: expect.stringContaining('administrator') };

describe.each(['app', 'api'] as const)('an %s', (what) => {
  it('that its team stopped is started by it again', async () => {
    const { developer, [what]: one } = await aScene();
    await one.stop(developer);
    await one.start(developer);
  });

  it('that an administrator stopped is not started by its team', async () => {
    const { developer, admin, [what]: one } = await aScene();
    await one.stop(admin);
    await expect(one.start(developer)).rejects.toMatchObject(refused);
    await one.start(admin);
    await one.stop(developer);
    await one.start(developer);
  });

  it('that was stopped from the command line is not started by its team', async () => {
    const { developer, [what]: one } = await aScene();
    await one.stop(byOperator());
    await expect(one.start(developer)).rejects.toMatchObject(refused);
    await one.start(byOperator());
  });
});

it('an app that an administrator stopped is not started by its team after they have stopped it too', async () => {
  const { developer, admin, app } = await aScene();
  await app.stop(admin);
  await app.stop(developer);
  await expect(app.start(developer)).rejects.toMatchObject(refused);
});

it('an API that an administrator stopped is not deleted by its team, which could make it again', async () => {
  const { developer, admin, api } = await aScene();
  await api.stop(admin);
  await expect(api.remove(developer)).rejects.toMatchObject(refused);
  await api.remove(admin);
});
