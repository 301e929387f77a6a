import { sql } from 'kysely';
import { disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { type Database, openPostgres } from '../../src/db/connections/connection.ts';
import { migrateUp } from '../../src/db/migrator.ts';
import { resumeTeam, suspendTeam } from '../../src/teams/suspension.ts';
import { aClient } from '../../test/support/factories.ts';
import type { Options } from '../options.ts';
import { toColumns } from '../report/table.ts';
import type { Stage } from '../stage.ts';

const TEAM = 'team_of_the_stopped';
const TIMES = 20;
const SIZES = [0, 1_000_000];

const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
type Numbers = { milliseconds: number; rows: number };

/** What stopping an app or its team takes when the app has many used refresh tokens. @returns 0: it fails as a whole */
export async function measureStops(stage: Stage, _options: Options): Promise<number> {
  const url = await stage.postgres.createDatabase('stops');
  const database = openPostgres(url, 4, () => {});
  stage.manage({ stop: () => database.close() });
  const { db } = database;
  await migrateUp(db);
  const { clientId } = await aClient(database, { type: 'web' });
  await sql`insert into teams (id, name, name_key, created_at) values (${TEAM}, 'Stopped', 'stopped', now())`.execute(
    db,
  );
  await db.updateTable('clients').set({ team_id: TEAM }).where('id', '=', clientId).execute();
  const table = [['used refresh tokens', 'app disabled, ms', 'team suspended, ms', 'rows written by both']];
  let made = 0;
  for (const size of SIZES) {
    await addUsedTokens(database, clientId, { from: made, to: size });
    made = size;
    const target = { clientId, reason: 'bench' };
    const disable = await timed(
      database,
      () => disableClient(db, target, by()),
      () => enableClient(db, clientId, by()),
    );
    const suspend = await timed(
      database,
      () => suspendTeam(db, { teamId: TEAM, reason: 'bench' }, by()),
      () => resumeTeam(db, TEAM, by()),
    );
    table.push(
      [size, disable.milliseconds.toFixed(1), suspend.milliseconds.toFixed(1), disable.rows + suspend.rows].map(String),
    );
  }
  console.log(toColumns(table));
  return 0;
}

async function addUsedTokens({ db }: Database, clientId: string, { from, to }: { from: number; to: number }) {
  if (to <= from) return;
  await sql`
    insert into artifacts (id_hash, model, grant_id, account_id, client_id, payload, created_at, expires_at, consumed_at)
    select sha256(convert_to('stopped ' || n, 'UTF8')), 'RefreshToken', 'grant-' || n / 100, 'ada', ${clientId}, '{}', now(),
      now() + interval '14 days', now()
    from generate_series(${from}::int, ${to}::int) n`.execute(db);
  await sql`analyze artifacts`.execute(db);
}

/** The median of some, and how many rows of tokens one of them changes. */
async function timed({ db }: Database, stop: () => Promise<void>, start: () => Promise<void>): Promise<Numbers> {
  const written = async () => {
    const { rows } = await sql<{ count: number }>`
      select (n_tup_upd + n_tup_del)::int as count from pg_stat_user_tables where relname = 'artifacts'`.execute(db);
    return rows[0]?.count ?? 0;
  };
  const before = await written();
  const took: number[] = [];
  for (let times = 0; times < TIMES; times += 1) {
    const began = performance.now();
    await stop();
    took.push(performance.now() - began);
    await start();
  }
  took.sort((a, b) => a - b);
  return { milliseconds: took[TIMES / 2] ?? 0, rows: (await written()) - before };
}
