import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { readConfig } from '../../src/config.ts';
import { withLease } from '../../src/db/leases.ts';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { examine } from '../../src/doctor/examine/examine.ts';
import { findArtifact, saveArtifact, toArtifactRow } from '../../src/tokens/storage/artifacts.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
const now = new Date();
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe('clean-up', () => {
  it('removes what has expired, in batches, and nothing else', async () => {
    const { db } = server.database;
    const rows = Array.from({ length: 2500 }, (_, i) => ({
      id_hash: Buffer.from(`expired ${i}`),
      model: 'AccessToken',
      payload: '{}',
      created_at: now,
      expires_at: later(-1),
    }));
    await db.insertInto('artifacts').values(rows).execute();
    await saveArtifact(db, toArtifactRow('AccessToken', { id: 'live', payload: {}, lifetime: 60, now }));
    await saveArtifact(db, toArtifactRow('Grant', { id: 'for ever', payload: {}, lifetime: undefined, now }));

    expect(await server.app.jobs.cleanUp()).toBe(2500);
    expect(await findArtifact(db, 'AccessToken', 'live')).toBeDefined();
    expect(await findArtifact(db, 'Grant', 'for ever')).toBeDefined();
    expect(await server.app.jobs.cleanUp()).toBe(0);
  });

  it('keeps a used refresh token until it expires, so that its reuse is noticed', async () => {
    const { db } = server.database;
    await saveArtifact(db, toArtifactRow('RefreshToken', { id: 'used', payload: {}, lifetime: 60, now }));
    await db.updateTable('artifacts').set({ consumed_at: now }).where('model', '=', 'RefreshToken').execute();
    await server.app.jobs.cleanUp();
    expect((await findArtifact(db, 'RefreshToken', 'used'))?.consumedAt).toEqual(now);
  });
});

describe('one piece of background work that fails', () => {
  it('keeps no other from its turn, and is told of by doctor and metrics until it goes well again', async () => {
    const { db } = server.database;
    const expired = { id_hash: Buffer.from('last'), model: 'AccessToken', payload: '{}', created_at: now };
    await sql`alter table throttles rename to throttles_away`.execute(db);
    await sql`alter table artifacts rename to artifacts_away`.execute(db);
    await db
      .insertInto('refresh_retries')
      .values({
        ...{ token_hash: Buffer.from('old'), successor_hash: Buffer.from('new'), sealed: Buffer.from('x') },
        expires_at: later(-1),
      })
      .execute();
    expect(await server.app.jobs.cleanUp()).toBe(1);
    const failing = async () =>
      diagnose(await examine(db, readConfig({ ISSUER: server.issuer }), () => new Date()))
        .filter(({ id }) => id === 'job-failing')
        .map(({ what }) => /“([^”]+)”/.exec(what)?.[1]);
    await sql`alter table throttles_away rename to throttles`.execute(db);
    await sql`alter table artifacts_away rename to artifacts`.execute(db);
    expect(await failing()).toEqual(['remove-artifacts', 'remove-throttles']);
    await db
      .insertInto('artifacts')
      .values({ ...expired, expires_at: later(-1) })
      .execute();
    expect(await server.app.jobs.cleanUp()).toBe(1);
    expect(await failing()).toEqual([]);
    const { rows } = await sql<{
      failure: string;
    }>`select failure from job_outcomes where name = 'remove-throttles'`.execute(db);
    expect(rows).toEqual([{ failure: '42P01' }]);
  });
});

describe('what doctor cannot look at', () => {
  it('hides nothing else, and is said of each check that needs it', async () => {
    const { db } = server.database;
    const findings = async () => diagnose(await examine(db, readConfig({ ISSUER: server.issuer }), () => new Date()));
    const before = (await findings()).map(({ id }) => id);
    expect(before).toContain('no-admin');
    for (const table of ['client_secrets', 'mail_outbox']) {
      await sql`alter table ${sql.table(table)} rename to ${sql.table(`${table}_away`)}`.execute(db);
    }
    const found = await findings();
    for (const table of ['client_secrets', 'mail_outbox']) {
      await sql`alter table ${sql.table(`${table}_away`)} rename to ${sql.table(table)}`.execute(db);
    }
    const unchecked = found.filter(({ what }) => what === 'This could not be checked (42P01).').map(({ id }) => id);
    expect(unchecked).toEqual(expect.arrayContaining(['secret-missing', 'secret-unused']));
    expect(unchecked).not.toContain('no-admin');
    expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(before.filter((id) => !unchecked.includes(id))));
  });
});

describe('a lease', () => {
  it('lets one at a time, and the next when it is given back or has run out', async () => {
    const { db } = server.database;
    const lease = { name: 'test', seconds: 30, now };
    let inner: boolean | undefined;
    const outer = await withLease(db, lease, async () => {
      inner = await withLease(db, lease, async () => {});
    });
    expect([outer, inner]).toEqual([true, false]);
    expect(await withLease(db, lease, async () => {})).toBe(true);

    await db
      .insertInto('leases')
      .values({ name: 'crashed', holder: 'gone', expires_at: later(30) })
      .execute();
    expect(await withLease(db, { ...lease, name: 'crashed', now: later(29) }, async () => {})).toBe(false);
    expect(await withLease(db, { ...lease, name: 'crashed', now: later(30) }, async () => {})).toBe(true);
  });
});
