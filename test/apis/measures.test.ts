import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createOutbox } from '../../src/mail/outbox.ts';
import { requestSubscription } from '../../src/subscriptions/requests.ts';
import { createTeam } from '../../src/teams/teams.ts';
import { aClient, anApi } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it('an app uses a hundred APIs at most: all of them are read for its token requests', async () => {
  const { db } = server.database;
  const team = await aTeam(server);
  const by = await byPerson(server, await aMember(server, { team: team.id, role: 'developer' }));
  const app = await aClient(server.database, { type: 'machine', team: team.id });
  const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
  const apis = Array.from({ length: 100 }, (_, n) => ({
    id: `api_${n}`,
    identifier: `https://api-${n}.example.com`,
    name: `API ${n}`,
    description: '',
    token_lifetime: 300,
    signing_alg: 'ES256' as const,
    created_at: new Date(),
  }));
  await db.insertInto('apis').values(apis).execute();
  const ask = (api: string) =>
    requestSubscription(db, outbox, { clientId: app.clientId, api, scopes: ['reports:read'], reason: 'test' }, by);
  const existing = apis.map(({ id }, n) => ({
    client_id: app.clientId,
    api_id: id,
    scopes: [],
    state: n === 0 ? ('cancelled' as const) : ('active' as const),
    created_at: new Date(),
  }));
  await db.insertInto('subscriptions').values(existing).execute();
  await ask((await anApi(server.database)).id);
  await expect(ask((await anApi(server.database)).id)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('100'),
  });
});

it('a person owns a thousand teams at most: all of them are read for each of their requests', async () => {
  const { db } = server.database;
  const person = await aMember(server);
  const { id } = person.account;
  const teams = Array.from({ length: 999 }, (_, n) => ({ id: `team_${n}`, name: `T ${n}`, name_key: `t ${n}` }));
  const created_at = new Date();
  await db
    .insertInto('teams')
    .values(teams.map((team) => ({ ...team, created_at })))
    .execute();
  const owner = { account_id: id, role: 'owner' as const, created_at };
  await db
    .insertInto('team_members')
    .values(teams.map((team) => ({ ...owner, team_id: team.id })))
    .execute();
  const by = await byPerson(server, person);
  await createTeam(db, { name: 'The thousandth' }, by);
  await expect(createTeam(db, { name: 'One more' }, by)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('1000'),
  });
});
