import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { rotateMasterKey } from '../../src/keys/sealing/master-keys.ts';
import { createTestDatabase } from '../support/database.ts';
import { aClient, anApi } from '../support/factories.ts';
import { startProcess } from '../support/server-process.ts';
import { requestToken } from '../support/tokens.ts';

const aKey = (id: string) => ({ id, key: randomBytes(32) });
const text = (...keys: ReturnType<typeof aKey>[]) =>
  keys.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',');

it('a new master key takes over while the server runs, and the old one can go', async () => {
  const storage = await createTestDatabase();
  const { db } = storage.database;
  const [before, after] = [aKey('before'), aKey('after')];
  const environment = {
    DATABASE_URL: storage.url ?? '',
    COOKIE_KEYS: randomBytes(32).toString('hex'),
    LOG_LEVEL: 'fatal',
  };
  const api = await anApi(storage.database);
  const app = await aClient(storage.database, {
    type: 'machine',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });
  const first = await startProcess({ ...environment, MASTER_KEYS: text(before) });
  await first.stop();

  const both = await startProcess({ ...environment, MASTER_KEYS: text(after, before) });
  const by = { actor: { type: 'operator' } as const, now: new Date() };
  expect(await rotateMasterKey(db, [after, before], by)).toEqual({ sealed: 2, masterKeyId: 'after' });
  expect(await rotateMasterKey(db, [after, before], by)).toEqual({ sealed: 0, masterKeyId: 'after' });
  expect((await requestToken(both, app)).status).toBe(200);
  await both.stop();

  const alone = await startProcess({ ...environment, MASTER_KEYS: text(after) });
  expect((await requestToken(alone, app)).status).toBe(200);
  await alone.stop();
  await expect(startProcess({ ...environment, MASTER_KEYS: text(before) })).rejects.toThrow(/key "after" is missing/);
  await storage.drop();
});
