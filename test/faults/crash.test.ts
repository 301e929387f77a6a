import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/postgres.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';
import { ask, Chain, type Furniture, furnish, refreshRequest } from './rig.ts';

const ROUNDS = 12;
const CHAINS = 8;

let storage: TestDatabase;
let furniture: Furniture;
let environments: Record<string, string>[];
let servers: ServerProcess[];
const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-crash-'));

beforeAll(async () => {
  storage = await createTestDatabase();
  const ports = [await freePort(), await freePort()];
  const shared = {
    ISSUER: `http://localhost:${ports[0]}`,
    DATABASE_URL: storage.url ?? '',
    DATA_DIR: dataDir,
    MASTER_KEYS: `test:${randomBytes(32).toString('base64')}`,
    COOKIE_KEYS: randomBytes(32).toString('base64url'),
    LOG_LEVEL: 'silent',
  };
  environments = ports.map((port) => ({ ...shared, PORT: String(port) }));
  servers = await Promise.all(environments.map((environment) => startProcess(environment)));
  furniture = await furnish(storage.database);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await storage.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Every chain refreshes without end at the process that is killed in the middle of it, which is then started again. */
async function crash(chains: readonly Chain[]): Promise<number> {
  const [victim] = servers as [ServerProcess, ServerProcess];
  let killed = false;
  const loops = chains.map(async (chain) => {
    while (!killed) await chain.step(victim);
  });
  const goal =
    chains.reduce((sum, chain) => sum + chain.tally.good, 0) + chains.length + Math.floor(Math.random() * 40);
  while (chains.reduce((sum, chain) => sum + chain.tally.good, 0) < goal) await new Promise(setImmediate);
  const lostBefore = chains.reduce((sum, chain) => sum + chain.tally.lost, 0);
  killed = true;
  const dead = victim.stop('SIGKILL');
  await Promise.all([...loops, dead]);
  servers[0] = await startProcess(environments[0] as Record<string, string>);
  return chains.reduce((sum, chain) => sum + chain.tally.lost, 0) - lostBefore;
}

describe(`kill -9 in the middle of refreshes, ${ROUNDS} times`, () => {
  it('leaves each family with one token: the old one or its successor, and a retry gets the successor', async () => {
    const [first, other] = servers as [ServerProcess, ServerProcess];
    const chains = await Promise.all(
      Array.from({ length: CHAINS }, () => Chain.begin(first, furniture.retrying, furniture)),
    );
    let lost = 0;
    let committed = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      lost += await crash(chains);
      for (const chain of chains) {
        const { live, presentedIsLive } = await chain.state(storage.database);
        expect(live).toBe(1);
        if (!presentedIsLive) committed += 1;
        // At the process that was not killed, for there is nothing in a process that another needs.
        expect(await chain.step(other)).toBe(true);
        expect(await chain.state(storage.database)).toEqual({ live: 1, presentedIsLive: true });
      }
    }
    expect(chains.flatMap((chain) => chain.tally.wrong)).toEqual([]);
    // Or nothing was killed in the middle of anything.
    expect(lost).toBeGreaterThan(ROUNDS);
    process.stdout.write(`crash: ${lost} answers were lost, ${committed} of them after the commit\n`);
  });

  it('without a retry window the old token works, or its successor is there and the old one counts as reused', async () => {
    const [first, other] = servers as [ServerProcess, ServerProcess];
    let chains = await Promise.all(
      Array.from({ length: CHAINS }, () => Chain.begin(first, furniture.strict, furniture)),
    );
    for (let round = 0; round < 4; round += 1) {
      await crash(chains);
      const survivors: Chain[] = [];
      for (const chain of chains) {
        const { live, presentedIsLive } = await chain.state(storage.database);
        expect(live).toBe(1);
        const { status } = await ask(other, refreshRequest(chain.app, chain.token));
        expect([presentedIsLive, status]).toEqual([presentedIsLive, presentedIsLive ? 200 : 400]);
        expect((await chain.state(storage.database)).live).toBe(presentedIsLive ? 1 : 0);
        survivors.push(await Chain.begin(servers[0] as ServerProcess, furniture.strict, furniture));
      }
      chains = survivors;
    }
    expect(chains.flatMap((chain) => chain.tally.wrong)).toEqual([]);
  });
});
