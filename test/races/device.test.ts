import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connect, enterCode, pollForm, startDevice } from '../support/device.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { postTo, type ServerProcess, startCluster } from '../support/server-process.ts';

/** More of them where faults are looked for (npm run test:faults). */
const ROUNDS = Number(process.env.RACE_ROUNDS ?? 50);
const PARALLEL = 20;

let storage: TestDatabase;
let cluster: ServerProcess[];
let person: Person;
let ada: Awaited<ReturnType<typeof aPerson>>;
let app: Awaited<ReturnType<typeof aClient>>;

beforeAll(async () => {
  storage = await createTestDatabase();
  cluster = await startCluster(storage.url ?? '', 2);
  ada = await aPerson(storage.database);
  app = await aClient(storage.database, { type: 'device' });
  person = new Person(first().issuer);
});
afterAll(async () => {
  await Promise.all(cluster.map((server) => server.stop()));
  await storage.drop();
});

const first = () => cluster[0] as ServerProcess;

/** The same request many times at once, spread over the processes. */
const race = (form: Record<string, string>, times = PARALLEL) =>
  Promise.all(
    Array.from({ length: times }, (_, i) => postTo(cluster[i % cluster.length] as ServerProcess, '/token', form)),
  );

const kinds = (answers: Awaited<ReturnType<typeof race>>) =>
  new Set(answers.map(({ status, body }) => `${status} ${body.error}`));

describe(`${PARALLEL} at once, over two processes`, () => {
  it('H04: use one device code: one wins, the others revoke what it got', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const device = await startDevice(first(), app, { scope: 'openid offline_access' });
      await connect(person, device.user_code, ada);
      const answers = await race(pollForm(app, device));
      const winners = answers.filter(({ status }) => status === 200);
      expect(winners).toHaveLength(1);
      expect(kinds(answers.filter(({ status }) => status !== 200))).toEqual(new Set(['400 invalid_grant']));
      const refresh = { grant_type: 'refresh_token', refresh_token: winners[0]?.body.refresh_token ?? '' };
      const after = await postTo(first(), '/token', { ...refresh, client_id: app.clientId });
      expect(after.body.error).toBe('invalid_grant');
    }
  }, 240_000);

  it('H02: poll for one device: one is in time, the others are slowed down', async () => {
    for (let round = 0; round < ROUNDS / 5; round += 1) {
      const device = await startDevice(first(), app);
      const answers = await race(pollForm(app, device));
      expect(answers.filter(({ body }) => body.error === 'authorization_pending')).toHaveLength(1);
      expect(kinds(answers)).toEqual(new Set(['400 authorization_pending', '400 slow_down']));
    }
    expect(new Set(await intervals())).toEqual(new Set([5 + 5 * (PARALLEL - 1)]));
  }, 120_000);

  it.each([
    ['confirm', 'name="password"'],
    ['abort', 'Nothing was connected'],
  ])(
    'H05: %s one user code: for one it is done, the others are told that it is used up',
    async (button, done) => {
      for (let round = 0; round < ROUNDS / 5; round += 1) {
        const device = await startDevice(first(), app);
        const people = Array.from({ length: 6 }, () => new Person(first().issuer));
        const pages = await Promise.all(people.map((one) => enterCode(one, device.user_code)));
        const next = await Promise.all(
          people.map((one, i) => one.submit(pages[i] ?? { url: '', text: '' }, '/device', { [button]: 'yes' })),
        );
        expect(next.filter(({ text }) => text.includes(done))).toHaveLength(1);
        expect(next.filter(({ text }) => text.includes('it is used up'))).toHaveLength(5);
      }
    },
    120_000,
  );
});

async function intervals(): Promise<(number | null)[]> {
  const { db } = storage.database;
  const rows = await db.selectFrom('artifacts').select('poll_interval').where('model', '=', 'DeviceCode').execute();
  return rows.map((row) => row.poll_interval);
}
