import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { createAccount } from '../accounts/accounts.ts';
import { setPlatformRole } from '../accounts/platform-roles.ts';
import type { Actor } from '../audit/events.ts';
import type { Database } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { makeFolder, writeWhole } from '../owned-files.ts';
import { createTeam } from '../teams/teams.ts';
import { partsOf, writeBatch } from '../usage/write.ts';
import { createCatalogue } from './catalogue.ts';
import { type Demo, demoFile } from './credentials.ts';
import { madeUpMonth } from './traffic.ts';

/** Where the database says that there was a demo, and what belongs to it. */
export const SEEDED = 'demo-seeded';
const Ids = z.array(z.string());
export const Seeded = z.object({ apps: Ids, apis: Ids, team: z.string(), person: z.string() });
export type Seeded = z.output<typeof Seeded>;

/**
 * Seeds the demo into an empty database and writes its credentials to `demo.json`, readable by this user only. All of it
 * or nothing, once, however many processes start together.
 * @returns the demo when it was made now; undefined when there was nothing to do
 */
export async function seedDemo({ db }: Database, dataDir: string, now: Date): Promise<Demo | undefined> {
  if (existsSync(demoFile(dataDir))) return undefined;
  return inTransaction(db, async (trx) => {
    // The others wait here for the first, and then see that it was done.
    const first = await trx
      .insertInto('settings')
      .values({ key: SEEDED, value: 'true', updated_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .returning('key')
      .executeTakeFirst();
    const used = await trx.selectFrom('accounts').select('id').limit(1).executeTakeFirst();
    if (!first || used) return undefined;
    const { demo, seeded } = await createDemo(trx, { actor: { type: 'system' }, now });
    await trx
      .updateTable('settings')
      .set({ value: JSON.stringify(seeded) })
      .where('key', '=', SEEDED)
      .execute();
    makeFolder(dataDir);
    writeWhole(demoFile(dataDir), `${JSON.stringify(demo, null, 2)}\n`);
    return demo;
  });
}

async function createDemo(
  db: Kysely<Tables>,
  by: { actor: Actor; now: Date },
): Promise<{ demo: Demo; seeded: Seeded }> {
  const person = { email: 'ada@example.com', password: randomBytes(15).toString('base64url') };
  const { accountId, team } = await createOwner(db, person, by);
  const { parts, apiIds } = await createCatalogue(db, team, by);
  const { machine, web, device, native } = parts;
  for (const part of partsOf(madeUpMonth(month(parts, apiIds), by.now))) await writeBatch(db, part);
  return {
    demo: { person, ...parts },
    seeded: {
      apps: [machine, web, device, native].map(({ clientId }) => clientId),
      apis: Object.values(apiIds),
      team,
      person: accountId,
    },
  };
}

/** Who did what in the made-up month. */
function month(
  { machine, web, device }: Pick<Demo, 'machine' | 'web' | 'device'>,
  apiIds: { reports: string; tasks: string },
) {
  return [
    {
      ...{
        clientId: machine.clientId,
        api: apiIds.reports,
        event: 'client_credentials',
        scope: 'reports:read',
        most: 120,
      },
      failure: { outcome: 'invalid_scope', detail: 'the app may not use reports:revenue' },
    },
    {
      ...{ clientId: web.clientId, api: apiIds.tasks, event: 'refresh_token', scope: 'openid tasks:read', most: 45 },
      failure: { outcome: 'invalid_grant', detail: 'the refresh token has expired' },
    },
    {
      ...{
        clientId: device.clientId,
        api: apiIds.reports,
        event: 'refresh_token',
        scope: 'openid reports:read',
        most: 12,
      },
      failure: { outcome: 'invalid_grant', detail: 'the refresh token has expired' },
    },
  ];
}

/** An administrator who owns a team, so that everything in the portal can be tried. @returns both */
async function createOwner(
  db: Kysely<Tables>,
  person: Demo['person'],
  by: { actor: Actor; now: Date },
): Promise<{ accountId: string; team: string }> {
  const account = await createAccount(db, { ...person, name: 'Ada Lovelace' }, by);
  await setPlatformRole(db, { accountId: account.id, role: 'admin' }, by);
  const team = await createTeam(db, { name: 'Demo', owner: account.id }, by);
  return { accountId: account.id, team: team.id };
}
