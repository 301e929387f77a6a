import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Database, openPostgres } from '../../src/db/connections/connection.ts';
import { asksForToken, until } from '../support/load.ts';
import { here } from '../support/patience.ts';
import { type OwnPostgres, startOwnPostgres } from '../support/postgres.ts';
import { type ServerProcess, startCluster } from '../support/server-process.ts';
import { ask, Chain, counted, type Furniture, furnish } from './rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-small-disk-'));

/** A disk of 48 MB, which takes root and a kernel that lets us. */
const mounted = (() => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'none', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

(mounted ? describe : describe.skip)('when the disk of the tables is full', () => {
  let postgres: OwnPostgres;
  let database: Database;
  let server: ServerProcess;
  let furniture: Furniture;

  beforeAll(async () => {
    postgres = await startOwnPostgres();
    const admin = openPostgres(`${postgres.url}/postgres`, 1, () => {});
    const { rows } = (await admin.pool?.query('show data_directory')) ?? { rows: [] };
    const { uid, gid } = statSync(rows[0].data_directory);
    chownSync(folder, uid, gid);
    chmodSync(folder, 0o700);
    await admin.pool?.query(`create tablespace small location '${folder}'`);
    await admin.pool?.query('create database small tablespace small');
    await admin.close();
    const url = `${postgres.url}/small`;
    [server] = (await startCluster(url, 1, { LOG_LEVEL: 'silent', METRICS_PORT: 'free' })) as [ServerProcess];
    database = openPostgres(url, 2, () => {});
    furniture = await furnish(database);
  });
  afterAll(async () => {
    await server?.stop();
    await database?.close();
    await postgres?.stop();
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('answers 503 to what must be stored, goes on with the rest, and with all of it once there is room', async () => {
    const chain = await Chain.begin(server, furniture.strict, furniture);
    const filler = join(folder, 'filler');
    try {
      writeFileSync(filler, Buffer.alloc(64 * 1024 * 1024));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    }
    // Pages that have room are filled first.
    for (let turn = 0; chain.tally.refused === 0 && turn < 2000; turn += 1) await chain.step(server);
    expect(chain.tally.wrong).toEqual([]);
    expect(chain.tally.refused).toBe(1);
    // 53100, disk full.
    expect(await counted([server], 'latchkey_statement_failures_total{class="53"}')).toBeGreaterThanOrEqual(1);
    expect(await counted([server], 'latchkey_unavailable_answers_total')).toBe(1);
    expect((await ask(server, asksForToken(furniture.machine))).status).toBe(200);
    expect((await ask(server, { path: '/healthz' })).status).toBe(200);

    rmSync(filler);
    await until('it goes on', () => chain.step(server), here(5));
    expect(await chain.state(database)).toEqual({ live: 1, presentedIsLive: true });
  });
});

afterAll(() => {
  if (!mounted) rmSync(folder, { recursive: true, force: true });
});
