import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApi } from '../../src/apis/apis.ts';
import { updateApi } from '../../src/apis/update-api.ts';
import { createClient } from '../../src/clients/clients.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { subscribe } from '../../src/subscriptions/subscriptions.ts';
import { invite } from '../../src/teams/invitations.ts';
import { joinWithNewAccount } from '../../src/teams/joining.ts';
import { createTeam, renameTeam } from '../../src/teams/teams.ts';
import { aClient, aPerson, PASSWORD } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { PROTECTED_NAMES: 'Acme Bank' } });
});
afterAll(() => server.stop());
const db = () => server.database.db;
let made = 0;
const unique = () => {
  made += 1;
  return made;
};

async function aDeveloper() {
  const team = await aTeam(server, `Payments <b>${unique()}`);
  return { team, by: await byPerson(server, await aMember(server, { team: team.id, role: 'owner' })) };
}

const SAID = 'Unverified.';

describe('the team behind an app', () => {
  it('is named as unverified where people sign in and consent, and that of an API beside its scopes', async () => {
    const { team, by } = await aDeveloper();
    const app = await aClient(server.database, { type: 'web', team: team.id });
    const identifier = `https://own-${unique()}.example.com`;
    await createApi(db(), { name: 'Ledger', identifier, scopes: [{ name: 'read' }], teamId: team.id }, by);
    await inTransaction(db(), (trx) =>
      subscribe(trx, { clientId: app.clientId, apiIdentifier: identifier, scopes: ['read'] }, byOperator()),
    );
    const person = new Person(server.issuer);
    const signIn = await person.visit(authorizationUrl(server, app, { scope: 'openid read', resource: identifier }));
    const escaped = `<bdi class="name">${team.name.replace('<b>', '&lt;b&gt;')}</bdi>`;
    expect([signIn.text.includes(SAID), signIn.text.includes(escaped)]).toEqual([true, true]);
    const consent = await person.submit(signIn, '/sign-in', await aPerson(server.database));
    expect(consent.text).toContain('/consent"');
    expect([consent.text.includes(SAID), consent.text.includes(escaped)]).toEqual([true, true]);
    expect(consent.text).toMatch(/Ledger<\/bdi> <span class="detail">of the team <bdi>Payments/);
  });

  it('is not for an app of the operator, and not for one that an administrator made first-party', async () => {
    const team = await aTeam(server);
    for (const more of [{}, { team: team.id, firstParty: true }]) {
      const app = await aClient(server.database, { type: 'web', ...more });
      const page = await new Person(server.issuer).visit(authorizationUrl(server, app));
      expect([page.response.status, page.text.includes(SAID)]).toEqual([200, false]);
    }
  });
});

describe('the identifier of an API', () => {
  const wanted = (identifier: string, teamId: string) => ({ name: 'Ledger', identifier, scopes: [], teamId });

  it.each(['', '/', '/me', '/api/v1/', '/api/v2', '/api/v1?x'])(
    'is not an address of this server for a team: %j',
    async (path) => {
      const { team, by } = await aDeveloper();
      const others = [server.issuer, server.issuer.replace('http:', 'https:')];
      for (const origin of others) {
        await expect(createApi(db(), wanted(`${origin}${path}`, team.id), by)).rejects.toMatchObject({
          code: 'invalid_request',
          message: expect.stringContaining('address of this server'),
        });
      }
    },
  );

  it('may be one beside it, and for an administrator also one of it', async () => {
    const { team, by } = await aDeveloper();
    await createApi(db(), wanted('http://localhost:4/api', team.id), by);
    await createApi(db(), wanted('urn:example:ledger', team.id), by);
    const admin = await byPerson(server, await aMember(server, { platform: 'admin' }));
    await createApi(db(), wanted(`${server.issuer}/api/v9`, team.id), admin);
  });
});

describe.each(['Latchkey', 'Iatchkey', 'Latchkey sign-in', 'Acme  Bank', 'ACME-BÄNK', 'Acme Bank Support'])(
  'the name %s',
  (name) => {
    const refusal = {
      code: 'invalid_request',
      message: expect.stringContaining('passes for one that the operator keeps'),
    };

    it('cannot be taken by a team for what it owns, at first or later', async () => {
      const { team, by } = await aDeveloper();
      const redirectUris = ['https://app.example.com/cb'];
      const identifier = `https://named-${unique()}.example.com`;
      const app = (called: string) =>
        createClient(db(), { name: called, type: 'web', team: team.id, redirectUris }, by);
      const api = (called: string) => createApi(db(), { name: called, identifier, scopes: [], teamId: team.id }, by);
      await expect(app(name)).rejects.toMatchObject(refusal);
      await expect(api(name)).rejects.toMatchObject(refusal);
      await expect(createTeam(db(), { name }, by)).rejects.toMatchObject(refusal);
      const { client } = await app('Board');
      const { id } = await api('Ledger');
      await expect(updateClient(db(), { clientId: client.id, changes: { name } }, by)).rejects.toMatchObject(refusal);
      await expect(updateApi(db(), { id }, { name }, by)).rejects.toMatchObject(refusal);
      await expect(renameTeam(db(), { teamId: team.id, name }, by)).rejects.toMatchObject(refusal);
    });

    it('cannot be taken by somebody who joins', async () => {
      const email = `joins-${unique()}@example.com`;
      const { code } = await invite(
        db(),
        createOutbox(server.secrets.masterKeys, server.issuer),
        { email },
        byOperator(),
      );
      const joining = joinWithNewAccount(
        db(),
        { code, name, password: PASSWORD },
        { actor: { type: 'account' }, now: new Date() },
      );
      await expect(joining).rejects.toMatchObject(refusal);
    });

    it('may be given by an administrator', async () => {
      const admin = await byPerson(server, await aMember(server, { platform: 'admin' }));
      const team = await aTeam(server);
      const redirectUris = ['https://app.example.com/cb'];
      const { client } = await createClient(db(), { name, type: 'web', team: team.id, redirectUris }, admin);
      const owner = await byPerson(server, await aMember(server, { team: team.id, role: 'owner' }));
      // What it is called already is no new name.
      await updateClient(db(), { clientId: client.id, changes: { name, description: 'Ours' } }, owner);
    });
  },
);
