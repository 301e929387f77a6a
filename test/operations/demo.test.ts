import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { By } from '../../src/access.ts';
import { createApi } from '../../src/apis/apis.ts';
import type { Demo } from '../../src/demo/credentials.ts';
import { removeDemo } from '../../src/demo/remove.ts';
import { seedDemo } from '../../src/demo/seed.ts';
import { isFailure } from '../../src/usage/outcomes.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const now = new Date('2027-03-10T10:30:00Z');
const by: By = { actor: { type: 'operator' }, now };

let storage: TestDatabase;
let folder: string;
let demo: Demo | undefined;

beforeEach(async () => {
  storage = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'latchkey-demo-'));
  demo = await seedDemo(storage.database, folder, now);
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await storage.drop();
});

const apps = () =>
  storage.database.db.selectFrom('clients').selectAll().where('first_party', '=', false).orderBy('name').execute();
const apis = () => storage.database.db.selectFrom('apis').selectAll().orderBy('name').execute();

describe('the demo', () => {
  it('has an administrator who owns a team that all of it belongs to', async () => {
    const owners = await storage.database.db
      .selectFrom('accounts')
      .innerJoin('team_members', 'team_members.account_id', 'accounts.id')
      .select(['accounts.email', 'accounts.platform_role', 'team_members.role', 'team_members.team_id'])
      .execute();
    expect(owners).toMatchObject([{ email: demo?.person.email, platform_role: 'admin', role: 'owner' }]);
    const team = owners[0]?.team_id;
    expect([...(await apps()), ...(await apis())].map((row) => row.team_id)).toEqual(Array(6).fill(team));
  });

  it('has a request that waits for the owner of an API', async () => {
    const waiting = await storage.database.db
      .selectFrom('subscriptions')
      .selectAll()
      .where('pending_scopes', 'is not', null)
      .execute();
    expect(waiting).toMatchObject([{ client_id: demo?.machine.clientId, pending_scopes: ['reports:revenue'] }]);
  });

  it('has a month of traffic that says where it is from, with failures, and none after now', async () => {
    const hours = await storage.database.db.selectFrom('usage_hours').selectAll().orderBy('hour').execute();
    const days = new Set(hours.map(({ hour }) => hour.toISOString().slice(0, 10)));
    expect([hours[0]?.hour.toISOString(), hours.at(-1)?.hour.toISOString()]).toEqual([
      '2027-02-08T10:00:00.000Z',
      '2027-03-10T09:00:00.000Z',
    ]);
    expect(days.size).toBe(31);
    expect(new Set(hours.map(({ client_id }) => client_id)).size).toBe(3);
    const calls = hours.reduce((sum, { count }) => sum + Number(count), 0);
    const failed = hours.filter(({ outcome }) => isFailure(outcome)).reduce((sum, { count }) => sum + Number(count), 0);
    expect(failed).toBeGreaterThan(0);
    expect(failed / calls).toBeLessThan(0.05);
    for (const { description } of [...(await apps()), ...(await apis())]) expect(description).toContain('made up');
  });

  it('is the same month for the same time', async () => {
    const counts = () =>
      storage.database.db
        .selectFrom('usage_hours')
        .select(['hour', 'event', 'outcome', 'count'])
        .orderBy('hour')
        .orderBy('event')
        .orderBy('outcome')
        .orderBy('count')
        .execute();
    const first = await counts();
    await storage.drop();
    storage = await createTestDatabase();
    rmSync(join(folder, 'demo.json'));
    await seedDemo(storage.database, folder, now);
    expect(await counts()).toEqual(first);
  });
});

describe('removing the demo', () => {
  const tables = ['accounts', 'teams', 'subscriptions', 'usage_hours', 'request_log', 'mail_outbox'] as const;
  const rows = async () => {
    const counted = tables.map((table) =>
      storage.database.db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll().as('n'))
        .executeTakeFirstOrThrow(),
    );
    return [(await apps()).length, (await apis()).length, ...(await Promise.all(counted)).map(({ n }) => Number(n))];
  };

  it('leaves nothing of it, and no start brings it back', async () => {
    expect(await removeDemo(storage.database.db, folder, by)).toEqual({ apps: 4, apis: 2, kept: undefined });
    expect(await rows()).toEqual([0, 0, ...tables.map(() => 0)]);
    expect(existsSync(join(folder, 'demo.json'))).toBe(false);
    expect(await removeDemo(storage.database.db, folder, by)).toBeUndefined();
    expect(await seedDemo(storage.database, folder, now)).toBeUndefined();
  });

  it('leaves the team and its owner to what was made in it since', async () => {
    const { team_id } = (await apps())[0] ?? {};
    await createApi(
      storage.database.db,
      { identifier: 'https://own.example.com', name: 'Own', scopes: [], teamId: team_id ?? '' },
      by,
    );
    const removed = await removeDemo(storage.database.db, folder, by);
    expect(removed?.kept).toBe('The team “Demo” and its owner stay, because Own belongs to the team.');
    expect((await apis()).map(({ name }) => name)).toEqual(['Own']);
    expect((await rows()).slice(2, 4)).toEqual([1, 1]);
  });

  it('does not mind what somebody has removed by hand', async () => {
    await storage.database.db
      .deleteFrom('clients')
      .where('id', '=', demo?.device.clientId ?? '')
      .execute();
    expect(await removeDemo(storage.database.db, folder, by)).toMatchObject({ apps: 3, apis: 2 });
  });

  it('takes nothing from a demo that was seeded before it was written down what belongs to it', async () => {
    await storage.database.db.updateTable('settings').set({ value: 'true' }).where('key', '=', 'demo-seeded').execute();
    expect(await removeDemo(storage.database.db, folder, by)).toBeUndefined();
    expect(JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8'))).toEqual(demo);
  });
});
