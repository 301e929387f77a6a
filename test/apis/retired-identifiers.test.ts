import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deleteApi } from '../../src/apis/api-lifecycle.ts';
import { createApi } from '../../src/apis/apis.ts';
import { updateApi } from '../../src/apis/update-api.ts';
import { deleteTeam } from '../../src/teams/teams.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

let made = 0;
async function anOwner() {
  const team = await aTeam(server);
  return { team, by: await byPerson(server, await aMember(server, { team: team.id, role: 'owner' })) };
}
type Owner = Awaited<ReturnType<typeof anOwner>>;

const publish = ({ team, by }: Owner, identifier: string) =>
  createApi(server.database.db, { identifier, name: 'Payments', scopes: [], teamId: team.id }, by);

/** An identifier whose API a team has deleted. Resource servers may still trust tokens that are for it. */
async function aRetired() {
  made += 1;
  const identifier = `https://payments-${made}.example.com`;
  const owner = await anOwner();
  const { id } = await publish(owner, identifier);
  await deleteApi(server.database.db, { id }, owner.by);
  return { identifier, owner };
}

describe('the identifier of an API that was deleted', () => {
  it('is not for another team, which would get tokens for the resource servers of the first', async () => {
    const { identifier } = await aRetired();
    await expect(publish(await anOwner(), identifier)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('administrator'),
    });
  });

  it('is for its own team again', async () => {
    const { identifier, owner } = await aRetired();
    await expect(publish(owner, identifier)).resolves.toMatchObject({ identifier });
  });

  it('is for administrators and the command line to give to anyone, and then belongs to that team', async () => {
    const { identifier } = await aRetired();
    const next = await anOwner();
    const admin = await byPerson(server, await aMember(server, { platform: 'admin' }));
    const { id } = await publish({ ...next, by: admin }, identifier);
    await deleteApi(server.database.db, { id }, next.by);
    await publish(next, identifier);
    const other = await aRetired();
    await publish({ ...next, by: byOperator() }, other.identifier);
  });

  it('belongs to the team that had it last', async () => {
    made += 1;
    const identifier = `https://payments-${made}.example.com`;
    const [first, second] = [await anOwner(), await anOwner()];
    const { id } = await publish(first, identifier);
    await updateApi(server.database.db, { id }, { teamId: second.team.id }, byOperator());
    await deleteApi(server.database.db, { id }, second.by);
    await expect(publish(first, identifier)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is free when the team is gone as well', async () => {
    const { identifier, owner } = await aRetired();
    await deleteTeam(server.database.db, owner.team.id, byOperator());
    await expect(publish(await anOwner(), identifier)).rejects.toMatchObject({ code: 'conflict' });
  });
});
