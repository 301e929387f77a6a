import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPassword } from '../../src/accounts/accounts.ts';
import { type LinkKind, makeLink } from '../../src/accounts/links/links.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aPerson } from '../support/factories.ts';
import { postTo, type ServerProcess, startCluster } from '../support/server-process.ts';

const ROUNDS = Number(process.env.RACE_ROUNDS ?? 5);
const PARALLEL = 8;

let storage: TestDatabase;
let cluster: ServerProcess[];
beforeAll(async () => {
  storage = await createTestDatabase();
  cluster = await startCluster(storage.url ?? '', 2);
}, 180_000);
afterAll(async () => {
  await Promise.all(cluster.map((server) => server.stop()));
  await storage.drop();
});

const linkOf = async (kind: LinkKind, account: { id: string; email: string }, email = account.email) =>
  (await makeLink(storage.database.db, { kind, email, accountId: account.id }, new Date())).code;

/** The same form many times at once, spread over the processes. @returns the answers; whose attempts count is forgotten */
async function race(path: string, formOf: (index: number) => Record<string, string>) {
  const answers = await Promise.all(
    Array.from({ length: PARALLEL }, (_, index) =>
      postTo(cluster[index % cluster.length] as ServerProcess, path, formOf(index)),
    ),
  );
  await storage.database.db.deleteFrom('throttles').execute();
  return answers.map(({ status }) => status);
}

describe('two processes that get one link many times at once', () => {
  it('J13: set one password', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { account } = await aPerson(storage.database);
      const code = await linkOf('reset', account);
      const passwords = Array.from({ length: PARALLEL }, (_, index) => `seven hills behind the harbor ${index}`);
      const statuses = await race('/reset', (index) => ({ code, password: passwords[index] ?? '' }));
      expect(statuses.sort()).toEqual([200, ...Array(PARALLEL - 1).fill(404)]);
      const tries = passwords.map((password) => checkPassword(storage.database.db, account.email, password));
      expect((await Promise.all(tries)).filter(({ ok }) => ok)).toHaveLength(1);
    }
  }, 240_000);

  it.each([
    ['verification', '/verify/code'],
    ['address', '/new-address/code'],
  ] as const)(
    'J13: take a link of the kind %s once',
    async (kind, path) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { account } = await aPerson(storage.database);
        const code = await linkOf(kind, account, kind === 'address' ? `new-${account.email}` : account.email);
        expect((await race(path, () => ({ code }))).sort()).toEqual([200, ...Array(PARALLEL - 1).fill(400)]);
      }
    },
    240_000,
  );
});
