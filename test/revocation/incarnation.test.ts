import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { sql } from 'kysely';
import { declareRestored, followIncarnation, readIdentity } from '../../src/revocation/incarnation.ts';
import { commandLineOf } from '../cli/in-process.ts';
import { aClient, anApi } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post, requestToken } from '../support/tokens.ts';

let server: TestServer;
let machine: Awaited<ReturnType<typeof aClient>>;
let api: Awaited<ReturnType<typeof anApi>>;
beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  machine = await aClient(server.database, { type: 'machine', subscriptions });
});
afterAll(() => server.stop());
const db = () => server.database.db;

const saved = async () => {
  const row = await db().selectFrom('settings').select('value').where('key', '=', 'incarnation').executeTakeFirst();
  return row?.value as { number: number; since: number; identity?: string };
};
const restores = () => db().selectFrom('audit_events').select('type').where('type', '=', 'database.restored').execute();

const aToken = async () => (await requestToken(server, machine, { resource: api.identifier })).body.access_token;
const isActive = async (token: string) =>
  ((await post(server, '/token/introspection', { token }, machine)).body as { active?: boolean }).active;

/** As after a restore elsewhere. */
const becomeAnother = () =>
  sql`update settings set value = jsonb_set(value, '{identity}', '"another"') where key = 'incarnation'`.execute(db());

describe('the life of a database', () => {
  it('goes on when another process starts', async () => {
    const before = await saved();
    expect(before).toEqual({
      number: expect.any(Number),
      since: expect.any(Number),
      identity: await readIdentity(db()),
    });
    const other = await startTestServer({ beside: server });
    await other.stop();
    expect(await saved()).toEqual(before);
    expect(await restores()).toEqual([]);
  });

  it('is another one when the database is, once for all processes, and tokens from before are dead', async () => {
    const before = await saved();
    const token = await aToken();
    await becomeAnother();
    await Promise.all([1, 2, 3].map(() => followIncarnation(db(), new Date())));
    const after = await saved();
    expect(after).toEqual({ number: expect.any(Number), since: expect.any(Number), identity: before.identity });
    expect(after.since).toBeGreaterThan(before.since);
    expect(after.number).not.toBe(before.number);
    expect(after.number).toBeLessThan(2 ** 32);
    expect(await restores()).toHaveLength(1);
    expect(await isActive(token)).toBe(false);
    let next = await aToken();
    await until('the server has heard', async () => {
      next = await aToken();
      return (decodeJwt(next).ep as number[])[0] === after.number;
    });
    expect(await isActive(next)).toBe(true);
  });

  it('is noticed at the start', async () => {
    const { number } = await saved();
    await becomeAnother();
    const other = await startTestServer({ beside: server });
    await other.stop();
    expect((await saved()).number).not.toBe(number);
  });

  it('is declared where nobody can notice it', async () => {
    const { number } = await saved();
    const known = (await restores()).length;
    const { run: latchkey } = commandLineOf(server);
    const { code, stdout } = await latchkey(['database', 'restored', '--reason', 'the backup of last night', '--json']);
    expect({ code, answer: JSON.parse(stdout) }).toEqual({ code: 0, answer: { reason: 'the backup of last night' } });
    expect((await saved()).number).not.toBe(number);
    expect((await restores()).length).toBe(known + 1);
    expect((await latchkey(['database', 'restored'])).code).toBe(2);
  });

  it('goes on where PostgreSQL may not be asked, until it is declared', async () => {
    const before = await saved();
    await db()
      .transaction()
      .execute(async (trx) => {
        await sql`revoke execute on function pg_control_system() from public`.execute(trx);
        await sql`create role may_not_ask`.execute(trx);
        await sql`set local role may_not_ask`.execute(trx);
        expect(await readIdentity(trx)).toBeUndefined();
        throw new Error('rolled back');
      })
      .catch((error: Error) => expect(error.message).toBe('rolled back'));
    expect(await saved()).toEqual(before);
    await declareRestored(db(), { reason: 'test' }, { actor: { type: 'operator' }, now: new Date() });
    expect((await saved()).number).not.toBe(before.number);
  });
});
