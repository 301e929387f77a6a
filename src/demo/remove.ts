import { rmSync } from 'node:fs';
import type { Kysely } from 'kysely';
import type { By } from '../access.ts';
import { deletePerson } from '../accounts/delete-person.ts';
import { deleteApi } from '../apis/api-lifecycle.ts';
import { deleteClient } from '../clients/lifecycle.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { deleteTeam } from '../teams/teams.ts';
import { demoFile } from './credentials.ts';
import { SEEDED, Seeded } from './seed.ts';

export interface Removed {
  readonly apps: number;
  readonly apis: number;
  /** Undefined when nothing of it was left out. */
  readonly kept: string | undefined;
}

/**
 * Takes the demo away, with its made-up traffic and `demo.json`, in one transaction. Its team and its administrator stay where
 * something else hangs on them. @returns undefined when there is none
 */
export async function removeDemo(db: Kysely<Tables>, dataDir: string, by: By): Promise<Removed | undefined> {
  const removed = await inTransaction(db, async (trx) => {
    const seeded = await readSeeded(trx);
    if (!seeded) return undefined;
    const apps = await present(trx, 'clients', seeded.apps);
    const apis = await present(trx, 'apis', seeded.apis);
    for (const clientId of apps) await deleteClient(trx, { clientId }, by);
    for (const id of apis) await deleteApi(trx, { id }, by);
    await trx.deleteFrom('usage_hours').where('client_id', 'in', seeded.apps).execute();
    await trx.deleteFrom('request_log').where('client_id', 'in', seeded.apps).execute();
    const kept = await whatHangsOn(trx, seeded);
    if (!kept) {
      await trx.deleteFrom('team_members').where('team_id', '=', seeded.team).execute();
      await deleteTeam(trx, { id: seeded.team }, by);
      await deletePerson(trx, { id: seeded.person }, by);
    }
    await trx
      .updateTable('settings')
      .set({ value: '"removed"', updated_at: by.now })
      .where('key', '=', SEEDED)
      .execute();
    return { apps: apps.length, apis: apis.length, kept };
  });
  if (removed) rmSync(demoFile(dataDir), { force: true });
  return removed;
}

async function readSeeded(db: Db) {
  const row = await db.selectFrom('settings').select('value').where('key', '=', SEEDED).forUpdate().executeTakeFirst();
  // A demo from before it was written down what belongs to it has “true” there.
  return Seeded.safeParse(row?.value).data;
}

/** Those that nobody has deleted yet. */
async function present(db: Db, table: 'clients' | 'apis', ids: readonly string[]): Promise<string[]> {
  const rows = await db.selectFrom(table).select('id').where('id', 'in', ids).execute();
  return rows.map(({ id }) => id);
}

/** Why team and person have to stay, in a sentence. */
async function whatHangsOn(db: Db, { team, person }: Seeded): Promise<string | undefined> {
  for (const table of ['clients', 'apis'] as const) {
    const other = await db.selectFrom(table).select('name').where('team_id', '=', team).limit(1).executeTakeFirst();
    if (other) return `The team “Demo” and its owner stay, because ${other.name} belongs to the team.`;
  }
  const elsewhere = await db
    .selectFrom('team_members')
    .select('team_id')
    .where('account_id', '=', person)
    .where('team_id', '!=', team)
    .limit(1)
    .executeTakeFirst();
  return elsewhere && 'The team “Demo” and its owner stay, because she is in another team too.';
}
