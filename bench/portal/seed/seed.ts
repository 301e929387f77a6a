import type pg from 'pg';
import { parseMasterKeys } from '../../../src/config.ts';
import { type Database, openPostgres } from '../../../src/db/connections/connection.ts';
import type { Stage } from '../../stage.ts';
import type { Target } from '../../target.ts';
import { type Caller, makePrograms, makeVisitors, type VisitorName } from '../callers.ts';
import type { World } from '../questions.ts';
import type { Size } from '../size.ts';
import { insertBulk } from './bulk.ts';
import { copyEverything } from './copies.ts';
import { makeTemplates } from './templates.ts';

export interface Ground {
  readonly visitors: Record<VisitorName, Caller>;
  readonly programs: readonly Caller[];
  readonly world: World;
  /** How many rows each table has. */
  readonly rows: Readonly<Record<string, number>>;
}

export const everyone = ({ visitors, programs }: Pick<Ground, 'visitors' | 'programs'>): Caller[] => [
  ...Object.values(visitors),
  ...programs,
];

/** Fills the database of a server that runs, as it would be after a year. */
export async function seed(
  stage: Stage,
  { url, target, masterKeys }: { url: string; target: Target; masterKeys: string },
  size: Size,
): Promise<Ground> {
  const database = openPostgres(`${url}?application_name=bench`, 4, () => {});
  stage.manage({ stop: () => database.close() });
  const { pool } = database;
  if (!pool) throw new Error('not on PostgreSQL');
  const templates = await makeTemplates(database, { issuer: target.origin, masterKeys: parseMasterKeys(masterKeys) });
  await copyEverything(pool, templates, size);
  await insertBulk(pool, size);
  const visitors = await makeVisitors(database, target);
  const programs = await makePrograms(database, target);
  for (const caller of everyone({ visitors, programs })) stage.manage(caller);
  const world = {
    ...LARGEST,
    secret: `sec_${size.apps}`,
    role: `role_${size.roles}`,
    mail: await aMail(database, templates.subject),
  };
  await pool.query('vacuum analyze');
  return { visitors, programs, world, rows: await countRows(pool) };
}

/** The ones that own, do and have the most. */
const LARGEST: World = {
  team: 'team_1',
  member: 'usr_3',
  user: 'usr_3',
  account: 'usr_3',
  invitation: 'inv_1',
  app: 'app_1',
  api: 'api_1',
  group: 'grp_1',
  subscription: 'sub_1',
  type: 'client.updated',
};

/** The text of a mail is sealed under its id, so a copy of it cannot be read. */
async function aMail({ db }: Database, subject: string): Promise<string> {
  const mail = await db.selectFrom('mail_outbox').select('id').where('subject', '=', subject).executeTakeFirstOrThrow();
  return mail.id;
}

async function countRows(pool: pg.Pool): Promise<Record<string, number>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select relname as name from pg_stat_user_tables where relname not like 'kysely%' and n_live_tup > 5 order by n_live_tup desc`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const { rows } = await pool.query<{ count: string }>(`select count(*) from ${name}`);
    counts[name] = Number(rows[0]?.count);
  }
  return counts;
}
