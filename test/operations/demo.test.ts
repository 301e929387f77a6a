import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { seedDemo } from '../../src/demo.ts';
import { createTestDatabase } from '../support/database.ts';

it('the demo has an administrator who owns a team that all of it belongs to', async () => {
  const { database, drop } = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-demo-'));
  try {
    const { db } = database;
    const demo = await seedDemo(database, folder, new Date());
    const owners = await db
      .selectFrom('accounts')
      .innerJoin('team_members', 'team_members.account_id', 'accounts.id')
      .select(['accounts.email', 'accounts.platform_role', 'team_members.role', 'team_members.team_id'])
      .execute();
    expect(owners).toMatchObject([{ email: demo?.person.email, platform_role: 'admin', role: 'owner' }]);
    const team = owners[0]?.team_id;
    const apps = await db.selectFrom('clients').select(['team_id']).where('first_party', '=', false).execute();
    const apis = await db.selectFrom('apis').select(['team_id']).execute();
    expect([...apps, ...apis].map((row) => row.team_id)).toEqual(Array(5).fill(team));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await drop();
  }
});
