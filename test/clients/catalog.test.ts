import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClientCache } from '../../src/clients/client-cache.ts';
import { watchChanges } from '../../src/db/changes.ts';
import { openPostgres } from '../../src/db/connections/connection.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aClient, anApi } from '../support/factories.ts';
import { afterStatement, statementsDuring } from '../support/statements.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const anApp = (apis: readonly { identifier: string }[]) =>
  aClient(test.database, {
    type: 'machine',
    subscriptions: apis.map(({ identifier }) => ({ api: identifier, scopes: ['reports:read'] })),
  });

describe('the catalogue', () => {
  it('reads an app with its secrets and subscriptions in one statement, and each API once', async () => {
    const { db } = test.database;
    const api = await anApi(test.database);
    const [first, second] = [await anApp([api]), await anApp([api])];
    const clientCache = createClientCache();
    const during = (id: string) => statementsDuring(() => clientCache.find(db, id));
    expect(await during(first.clientId)).toHaveLength(2);
    expect(await during(second.clientId)).toHaveLength(1);
    expect(await during(second.clientId)).toEqual([]);
    expect(clientCache.counts()).toEqual({ entries: 2, hits: 1, misses: 2 });
    const entry = await clientCache.find(db, second.clientId);
    expect(entry?.defaultApi).toBe(api.identifier);
    expect(entry?.apis.get(api.identifier)).toMatchObject({
      api: { id: api.id, token_lifetime: api.token_lifetime },
      offered: ['reports:read', 'reports:write'],
      needsRole: [],
      subscribed: ['reports:read'],
    });
    expect(entry?.secrets).toEqual([
      { id: second.secret?.id, hash: expect.any(Uint8Array), expiresAt: second.secret?.expiresAt, endsOthers: false },
    ]);
  });

  it('reads an app whole when everything is forgotten meanwhile, and does not remember what it read', async () => {
    const { db } = test.database;
    const [known, other] = [await anApi(test.database), await anApi(test.database)];
    const [first, both] = [await anApp([known]), await anApp([known, other])];
    for (const statement of ['ends_others', 'from "api_scopes"']) {
      const clientCache = createClientCache();
      await clientCache.find(db, first.clientId);
      afterStatement(statement, async () => clientCache.watch(db).invalidate?.());
      const entry = await clientCache.find(db, both.clientId);
      expect([...(entry?.apis.keys() ?? [])]).toEqual([known.identifier, other.identifier].sort());
      expect(clientCache.counts().entries).toBe(0);
      expect(await statementsDuring(() => clientCache.find(db, first.clientId))).toHaveLength(2);
    }
  });

  it('forgets apps a minute after it could last hear what other processes changed', async () => {
    const { clientId } = await anApp([]);
    const clientCache = createClientCache();
    await clientCache.find(test.database.db, clientId);
    const away = openPostgres('postgres://127.0.0.1:1/away', 1, () => {});
    let [now, failures] = [Date.now(), 0];
    const watcher = watchChanges(away, [clientCache.watch(away.db)], {
      listenUrl: undefined,
      pollMs: 5,
      clock: () => new Date(now),
      onError: () => {
        failures += 1;
      },
    });
    const afterTwoPolls = async () => {
      for (const before = failures; failures < before + 2; ) await setTimeout(5);
      return clientCache.peek(clientId) !== undefined;
    };
    expect(await afterTwoPolls()).toBe(true);
    now += 60_000;
    expect(await afterTwoPolls()).toBe(true);
    now += 1;
    expect(await afterTwoPolls()).toBe(false);
    await watcher.close();
    await away.close();
  });

  it('remembers a limited number of apps', async () => {
    const { db } = test.database;
    const apps = [await anApp([]), await anApp([]), await anApp([])];
    const clientCache = createClientCache(2);
    for (const { clientId } of apps) await clientCache.find(db, clientId);
    expect(apps.map(({ clientId }) => clientCache.peek(clientId) !== undefined)).toEqual([false, true, true]);
  });
});
