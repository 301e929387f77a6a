import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rotateSecret } from '../../src/clients/secrets/rotation.ts';
import { listSecrets, removeSecret } from '../../src/clients/secrets/secrets.ts';
import { createSecretUses } from '../../src/clients/secrets/uses.ts';
import { aClient } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const operator = () => ({ actor: { type: 'operator' } as const, now: new Date() });
type Ends = NonNullable<Parameters<typeof rotateSecret>[1]['ends']>;

const DAY = { when: 'after', seconds: 86_400 } as const;
const HOUR = { when: 'after', seconds: 3600 } as const;
const FIRST_USE = { when: 'first_use' } as const;

async function anApp() {
  const { db } = server.database;
  const app = await aClient(server.database, { type: 'machine' });
  const { clientId } = app;
  const first = app.secret?.id ?? '';
  const inDatabase = async (id: string) =>
    (await listSecrets(db, clientId, operator())).find((secret) => secret.id === id);
  const original = (await inDatabase(first))?.expires_at ?? null;
  return {
    first,
    /** When it would have ended without any rotation. */
    original,
    rotate: async (secretId: string, ends: Ends) =>
      (await rotateSecret(db, { clientId, secretId, name: 'next', ends }, operator())).id,
    remove: (secretId: string) => removeSecret(db, { clientId, secretId }, operator()),
    use: async (id: string) => {
      const uses = createSecretUses({ db, clock: () => new Date(), onError: (error) => expect(error).toBeUndefined() });
      await uses.note({ id, endsOthers: true });
      await uses.close();
    },
    endOf: async (id: string) => (await inDatabase(id))?.expires_at ?? null,
    successorOf: async (id: string) => (await inDatabase(id))?.successor_id ?? null,
  };
}

describe('a secret that was rotated', () => {
  it('ends when it would have, once the new one that nobody used is removed', async () => {
    const app = await anApp();
    const next = await app.rotate(app.first, DAY);
    expect((await app.endOf(app.first))?.getTime()).toBeLessThan(app.original?.getTime() ?? Number.POSITIVE_INFINITY);
    await app.remove(next);
    expect(await app.endOf(app.first)).toEqual(app.original);
  });

  it('keeps its end when the new one was in use', async () => {
    const app = await anApp();
    const next = await app.rotate(app.first, DAY);
    const end = await app.endOf(app.first);
    await app.use(next);
    await app.remove(next);
    expect(await app.endOf(app.first)).toEqual(end);
  });

  it('keeps its end when the new one was rotated in turn, and gets it back when that one goes too', async () => {
    const app = await anApp();
    const second = await app.rotate(app.first, DAY);
    const end = await app.endOf(app.first);
    const third = await app.rotate(second, DAY);
    await app.remove(second);
    expect(await app.endOf(app.first)).toEqual(end);
    await app.remove(third);
    expect(await app.endOf(app.first)).toEqual(app.original);
  });

  it('that ended at once does not come back', async () => {
    const app = await anApp();
    const next = await app.rotate(app.first, { when: 'now' });
    const end = await app.endOf(app.first);
    await app.remove(next);
    expect(await app.endOf(app.first)).toEqual(end);
  });

  it('that was to end earlier anyway keeps that end', async () => {
    const app = await anApp();
    const second = await app.rotate(app.first, HOUR);
    const end = await app.endOf(app.first);
    const third = await app.rotate(app.first, DAY);
    await app.remove(third);
    expect(await app.endOf(app.first)).toEqual(end);
    await app.remove(second);
    expect(await app.endOf(app.first)).toEqual(app.original);
  });

  it('and ends with the first use of the new one, ends with that of the one after it when that one is removed', async () => {
    const app = await anApp();
    const second = await app.rotate(app.first, FIRST_USE);
    const third = await app.rotate(second, FIRST_USE);
    await app.remove(second);
    expect(await app.successorOf(app.first)).toBe(third);
    await app.use(third);
    expect((await app.endOf(app.first))?.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('and has an end, ends with the first use of the one after it when the one between is removed', async () => {
    const app = await anApp();
    const second = await app.rotate(app.first, DAY);
    const third = await app.rotate(second, FIRST_USE);
    await app.remove(second);
    expect(await app.endOf(app.first)).toEqual(app.original);
    expect(await app.successorOf(app.first)).toBe(third);
  });
});
