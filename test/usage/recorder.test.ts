import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { openPostgres } from '../../src/db/connections/connection.ts';
import type { RequestNote } from '../../src/usage/batch.ts';
import { createUsageRecorder } from '../../src/usage/recorder.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let test: TestDatabase;
let proxy: TcpProxy;
const silent = pino({ level: 'silent' });
const AT = new Date('2026-05-05T10:20:30Z');

beforeAll(async () => {
  test = await createTestDatabase();
  const { hostname: host, port } = new URL(test.url ?? '');
  proxy = await startTcpProxy({ host, port: Number(port) });
});
afterAll(async () => {
  await proxy.close();
  await test.drop();
});

const aNote = (note: Partial<RequestNote> & { clientId: string }): RequestNote => ({
  at: AT,
  api: 'api_one',
  event: 'client_credentials',
  outcome: 'ok',
  ...note,
});

const rowsOf = (clientId: string) =>
  test.database.db.selectFrom('usage_hours').selectAll().where('client_id', '=', clientId).orderBy('hour').execute();

describe('the usage recorder', () => {
  it('adds to the same rows as other processes do, whatever comes first', async () => {
    const recorders = Array.from({ length: 4 }, () => createUsageRecorder(test.database.db, silent));
    for (let round = 0; round < 10; round += 1) {
      for (const [index, { note }] of recorders.entries()) {
        // In another order in each, which would be a deadlock if the rows were written in it.
        const outcomes = ['ok', 'invalid_client', 'invalid_scope', 'invalid_target'];
        for (const outcome of [...outcomes.slice(index), ...outcomes.slice(0, index)]) {
          note(aNote({ clientId: 'app_shared', outcome }));
        }
      }
      await Promise.all(recorders.map((recorder) => recorder.flush()));
    }
    expect((await rowsOf('app_shared')).map(({ outcome, count, hour }) => [outcome, count, hour])).toEqual(
      expect.arrayContaining(
        ['ok', 'invalid_client', 'invalid_scope', 'invalid_target'].map((outcome) => [
          outcome,
          40,
          new Date('2026-05-05T10:00:00Z'),
        ]),
      ),
    );
  });

  it('puts each request into its own hour', async () => {
    const { note, flush } = createUsageRecorder(test.database.db, silent);
    const at = (time: string) => note(aNote({ clientId: 'app_hours', at: new Date(time) }));
    at('2026-05-05T10:59:59.999Z');
    at('2026-05-05T11:00:00.000Z');
    at('2026-05-05T11:59:59.999Z');
    await flush();
    expect((await rowsOf('app_hours')).map(({ hour, count }) => [hour.toISOString(), count])).toEqual([
      ['2026-05-05T10:00:00.000Z', 1],
      ['2026-05-05T11:00:00.000Z', 2],
    ]);
  });

  it('loses nothing while the database is away', async () => {
    const url = new URL(test.url ?? '');
    url.port = String(proxy.port);
    const through = openPostgres(url.href, 2, () => {}, { answer: 300 });
    const { note, flush, dropped, close } = createUsageRecorder(through.db, silent);
    note(aNote({ clientId: 'app_away' }));
    await flush();
    proxy.swallow(true);
    note(aNote({ clientId: 'app_away' }));
    await flush();
    note(aNote({ clientId: 'app_away', outcome: 'invalid_scope', detail: 'while away' }));
    await flush();
    expect((await rowsOf('app_away')).map(({ count }) => count)).toEqual([1]);
    proxy.swallow(false);
    proxy.cut();
    await close();
    expect((await rowsOf('app_away')).map(({ outcome, count }) => [outcome, count]).sort()).toEqual([
      ['invalid_scope', 1],
      ['ok', 2],
    ]);
    expect(dropped).toEqual({ counts: 0, lines: 0 });
    await through.close();
  });

  it('counts what it drops when too much waits', async () => {
    const unreachable = openPostgres('postgres://nobody@127.0.0.1:1/none', 1, () => {});
    const { note, flush, dropped } = createUsageRecorder(unreachable.db, silent);
    for (let app = 0; app < 15_000; app += 1) note(aNote({ clientId: `app_${app}` }));
    await flush();
    for (let app = 15_000; app < 30_000; app += 1)
      note(aNote({ clientId: `app_${app}`, at: new Date(AT.getTime() + 60_000) }));
    expect(dropped.counts).toBe(10_000);
    // An app that is counted already goes on being counted.
    note(aNote({ clientId: 'app_15000', at: new Date(AT.getTime() + 60_000) }));
    expect(dropped.counts).toBe(10_000);
    await unreachable.close();
  });

  it('goes on after something that the database will never take', async () => {
    const { note, flush, dropped } = createUsageRecorder(test.database.db, silent);
    note(aNote({ clientId: 'app_odd', at: new Date('+100000-01-01T00:00:00Z') }));
    note(aNote({ clientId: 'app_odd', outcome: 'invalid_scope', detail: 'a\0b\uD800', scope: 'x'.repeat(1000) }));
    await flush();
    note(aNote({ clientId: 'app_fine', outcome: 'invalid_scope', detail: 'a\0b\uD800', scope: 'x'.repeat(1000) }));
    await flush();
    expect(await rowsOf('app_odd')).toEqual([]);
    expect(dropped.counts).toBe(2);
    const line = await test.database.db
      .selectFrom('request_log')
      .selectAll()
      .where('client_id', '=', 'app_fine')
      .executeTakeFirstOrThrow();
    expect([line.detail, line.scope?.length]).toEqual(['ab\uFFFD', 300]);
  });
});
