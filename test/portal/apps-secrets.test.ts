import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { createClient } from '../../src/clients/clients.ts';
import { rotateSecret } from '../../src/clients/secrets/rotation.ts';
import { addSecret, deleteEndedSecrets, listSecrets, removeSecret } from '../../src/clients/secrets/secrets.ts';
import { createSecretUses } from '../../src/clients/secrets/uses.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { aTeam, someoneWith } from '../support/access.ts';
import { anAssertionKey } from '../support/assertions.ts';
import { aClient, anApi } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { requestToken } from '../support/tokens.ts';

const DAY = 86_400;

let lane: TestServer;
let provider: TestServer;
beforeAll(async () => {
  [lane, provider] = await Promise.all([startTestServer(), startTestServer({ env: { EXPRESS_LANE: 'off' } })]);
});
afterAll(() => Promise.all([lane.stop(), provider.stop()]));
afterEach(releaseTime);

const operator = () => ({ actor: { type: 'operator' } as const, now: new Date() });

/** A machine app that may use one API. */
async function aMachine(server: TestServer) {
  const { identifier } = await anApi(server.database);
  const subscriptions = [{ api: identifier, scopes: ['reports:read'] }];
  const app = await aClient(server.database, { type: 'machine', subscriptions });
  const works = async (clientSecret: string) =>
    (await requestToken(server, { clientId: app.clientId, clientSecret })).status === 200;
  const first = { id: app.secret?.id ?? '', secret: app.clientSecret };
  return { clientId: app.clientId, first, works };
}

const eventsOf = async (server: TestServer, clientId: string, type: string) =>
  server.database.db
    .selectFrom('audit_events')
    .select(['actor_type', 'detail'])
    .where('client_id', '=', clientId)
    .where('type', '=', type)
    .orderBy('id')
    .execute();

describe.each([
  ['on the express lane', () => lane],
  ['through the provider', () => provider],
])('a secret that is rotated, %s,', (_way, serverOf) => {
  it('goes on until its successor is first used, and fails from then on', async () => {
    const server = serverOf();
    const { clientId, first, works } = await aMachine(server);
    const next = await rotateSecret(
      server.database.db,
      { clientId, secretId: first.id, name: 'next', ends: { when: 'first_use' } },
      operator(),
    );
    expect(await works(first.secret)).toBe(true);
    expect(await works(first.secret)).toBe(true);
    expect(await works(next.secret)).toBe(true);
    expect(await works(first.secret)).toBe(false);
    expect(await works(next.secret)).toBe(true);
    expect(await eventsOf(server, clientId, 'client.secret_ended')).toMatchObject([
      { actor_type: 'system', detail: { secretId: first.id, successorId: next.id } },
    ]);
    expect(await eventsOf(server, clientId, 'client.secret_rotated')).toMatchObject([
      { detail: { ends: 'first_use' } },
    ]);
  });

  it('stays for a day when nobody says, whoever uses the new one, and a rule that was settled before stays', async () => {
    const server = serverOf();
    const { db } = server.database;
    const { clientId, first, works } = await aMachine(server);
    const ends = { when: 'first_use' } as const;
    const second = await rotateSecret(db, { clientId, secretId: first.id, name: 'second', ends }, operator());
    const third = await rotateSecret(db, { clientId, secretId: second.id, name: 'third' }, operator());
    expect([await works(third.secret), await works(first.secret)]).toEqual([true, true]);
    expect([await works(second.secret), await works(first.secret)]).toEqual([true, false]);
    expect([await works(third.secret), await works(second.secret)]).toEqual([true, true]);
    const most = { when: 'after', seconds: 366 * 86_400 } as const;
    await expect(rotateSecret(db, { clientId, secretId: third.id, name: 'd', ends: most }, operator())).rejects.toThrow(
      'The old secret stays for at most 365 days.',
    );
    controlTime();
    travel(86_401);
    expect([await works(third.secret), await works(second.secret)]).toEqual([true, false]);
  });

  it('and rotated again before its successor was used, ends with it', async () => {
    const server = serverOf();
    const { db } = server.database;
    const { clientId, first, works } = await aMachine(server);
    const ends = { when: 'first_use' } as const;
    const second = await rotateSecret(db, { clientId, secretId: first.id, name: 'second', ends }, operator());
    const third = await rotateSecret(db, { clientId, secretId: second.id, name: 'third', ends }, operator());
    expect(await works(first.secret)).toBe(true);
    expect(await works(third.secret)).toBe(true);
    expect([await works(first.secret), await works(second.secret)]).toEqual([false, false]);
    expect(await works(third.secret)).toBe(true);
  });

  it('ends at once, or at the time that was chosen and never later than it would have', async () => {
    const server = serverOf();
    const { db } = server.database;
    const { clientId, first, works } = await aMachine(server);
    const second = await rotateSecret(
      db,
      { clientId, secretId: first.id, name: 'b', ends: { when: 'now' } },
      operator(),
    );
    expect([await works(first.secret), await works(second.secret)]).toEqual([false, true]);
    const at = new Date(Date.now() + 3600_000);
    const third = await rotateSecret(
      db,
      { clientId, secretId: second.id, name: 'c', ends: { when: 'at', at } },
      operator(),
    );
    const again = { when: 'at', at: new Date(Date.now() + 7200_000).toISOString() } as const;
    await rotateSecret(db, { clientId, secretId: second.id, name: 'd', ends: again }, operator());
    expect(await works(second.secret)).toBe(true);
    controlTime();
    travel(3601);
    expect([await works(second.secret), await works(third.secret)]).toEqual([false, true]);
  });

  it('is noted with the time of its use, a wrong one is not', async () => {
    const server = serverOf();
    const { db } = server.database;
    const { clientId, first, works } = await aMachine(server);
    expect(await works('lks_wrong')).toBe(false);
    await server.app.secretUses.flush();
    expect((await listSecrets(db, clientId, operator()))[0]).toMatchObject({ first_used_at: null, last_used_at: null });
    await works(first.secret);
    await server.app.secretUses.flush();
    const [used] = await listSecrets(db, clientId, operator());
    expect(used?.last_used_at).toEqual(used?.first_used_at);
    controlTime();
    travel(60);
    await works(first.secret);
    await server.app.secretUses.flush();
    const [later] = await listSecrets(db, clientId, operator());
    expect(Number(later?.last_used_at) - Number(used?.last_used_at)).toBeGreaterThanOrEqual(60_000);
    expect(later?.first_used_at).toEqual(used?.first_used_at);
  });
});

describe('uses of secrets', () => {
  it('that several processes note end a predecessor once', async () => {
    const { db } = lane.database;
    const { clientId, first } = await aMachine(lane);
    const ends = { when: 'first_use' } as const;
    const next = await rotateSecret(db, { clientId, secretId: first.id, name: 'next', ends }, operator());
    const fail = (error: unknown) => {
      throw error;
    };
    const processes = Array.from({ length: 4 }, () => createSecretUses({ db, clock: () => new Date(), onError: fail }));
    const secret = { id: next.id, endsOthers: true };
    await Promise.all(processes.flatMap((uses) => [uses.note(secret), uses.note({ id: first.id, endsOthers: false })]));
    await Promise.all(processes.map((uses) => uses.close()));
    expect(await eventsOf(lane, clientId, 'client.secret_ended')).toHaveLength(1);
    const secrets = await listSecrets(db, clientId, operator());
    expect(secrets.map(({ last_used_at }) => last_used_at !== null)).toEqual([true, true]);
  });

  it('are kept while the database cannot be reached, and written afterwards', async () => {
    const { db } = lane.database;
    const { clientId, first } = await aMachine(lane);
    const errors: unknown[] = [];
    const now = new Date();
    const uses = createSecretUses({ db, clock: () => now, onError: (error) => errors.push(error) });
    await sql`alter table client_secrets rename to away`.execute(db);
    await uses.note({ id: first.id, endsOthers: true });
    await sql`alter table away rename to client_secrets`.execute(db);
    expect(errors).toHaveLength(1);
    await uses.close();
    expect((await listSecrets(db, clientId, operator()))[0]?.last_used_at).toEqual(now);
  });
});

describe('how long a secret lives', () => {
  it('is 90 days unless said otherwise and at most a year, for everyone but the operator', async () => {
    const { database } = lane;
    const team = (await aTeam(database)).id;
    const { by, account } = await someoneWith(database, { team, role: 'developer' });
    const { client, secret } = await createClient(database.db, { name: 'x', type: 'machine', team }, by());
    const clientId = client.id;
    const days = (expiresAt: Date | null | undefined) => Math.round((Number(expiresAt) - Date.now()) / 1000 / DAY);
    expect(days(secret?.expiresAt)).toBe(90);
    const inDays = (count: number) => new Date(Date.now() + count * DAY * 1000 - 1000);
    const year = await addSecret(database.db, { clientId, name: 'year', expiresAt: inDays(365) }, by());
    expect(days(year.expiresAt)).toBe(365);
    for (const expiresAt of [inDays(366), inDays(0)]) {
      await expect(addSecret(database.db, { clientId, name: 'x', expiresAt }, by())).rejects.toMatchObject({
        code: 'invalid_request',
      });
    }
    expect((await addSecret(database.db, { clientId, name: 'operator' }, operator())).expiresAt).toBeNull();
    const [first] = await listSecrets(database.db, clientId, by());
    expect(first).toMatchObject({ created_by: account.id, created_by_name: 'Ada Lovelace', name: 'first' });
    expect(first).not.toHaveProperty('hash');
  });

  it('ends for good: a month later the row is gone, and live ones stay', async () => {
    const { db } = lane.database;
    const { clientId, first } = await aMachine(lane);
    await rotateSecret(db, { clientId, secretId: first.id, name: 'next', ends: { when: 'now' } }, operator());
    const inDays = (count: number) => new Date(Date.now() + count * DAY * 1000);
    await deleteEndedSecrets(db, inDays(29), 1000);
    expect(await listSecrets(db, clientId, operator())).toHaveLength(2);
    await deleteEndedSecrets(db, inDays(31), 1000);
    expect((await listSecrets(db, clientId, operator())).map(({ name }) => name)).toEqual(['next']);
  });

  it('ends when the app goes over to keys of its own', async () => {
    const { db } = lane.database;
    const { clientId, first, works } = await aMachine(lane);
    const { jwks } = await anAssertionKey();
    await updateClient(db, { clientId, changes: { authMethod: 'private_key_jwt', jwks } }, operator());
    expect(await listSecrets(db, clientId, operator())).toEqual([]);
    await updateClient(db, { clientId, changes: { authMethod: 'client_secret_basic' } }, operator());
    expect(await works(first.secret)).toBe(false);
    const fresh = await addSecret(db, { clientId, name: 'fresh' }, operator());
    expect(await works(fresh.secret)).toBe(true);
  });
});

describe('a secret of someone else', () => {
  it('cannot be rotated or removed by its id', async () => {
    const { database } = lane;
    const mine = await aMachine(lane);
    const theirs = await aMachine(lane);
    const ids = { clientId: mine.clientId, secretId: theirs.first.id };
    await expect(removeSecret(database.db, ids, operator())).rejects.toMatchObject({ code: 'not_found' });
    const rotation = { ...ids, name: 'x', ends: { when: 'now' } } as const;
    await expect(rotateSecret(database.db, rotation, operator())).rejects.toMatchObject({ code: 'not_found' });
    expect(await theirs.works(theirs.first.secret)).toBe(true);
    const { by } = await someoneWith(database, {});
    await expect(listSecrets(database.db, theirs.clientId, by())).rejects.toMatchObject({ code: 'not_found' });
    await expect(removeSecret(database.db, { ...ids, clientId: theirs.clientId }, by())).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
