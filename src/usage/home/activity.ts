import { sql } from 'kysely';
import type { By } from '../../access.ts';
import type { Db } from '../../db/connection.ts';
import { calls, failures, partOf } from '../counted.ts';
import { fillGaps, type Point, windowOf } from '../series.ts';
import { ownTeams } from './teams.ts';

export interface AppActivity {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly disabled: boolean;
  /** The last seven days, in quarters of days; the last four are the last 24 hours. */
  readonly points: readonly Point[];
}

/** So many apps are looked at: the newest ones, and those that failed within a day. */
const NEWEST = 100;
const FAILING = 50;
const DAY = 86_400_000;

/** The apps of someone's teams with what they did in the last week. One statement. */
export async function readActivity(db: Db, by: By): Promise<AppActivity[]> {
  const teams = ownTeams(by);
  if (teams.length === 0) return [];
  const window = windowOf('7d', by.now, { rolling: true });
  const newest = db
    .selectFrom('clients')
    .select('id')
    .where('team_id', 'in', teams)
    .orderBy('created_at', 'desc')
    .limit(NEWEST);
  const failing = db
    .selectFrom('usage_hours')
    .innerJoin('clients', 'clients.id', 'usage_hours.client_id')
    .select('clients.id')
    .distinct()
    .where('usage_hours.hour', '>=', new Date(window.to.getTime() - DAY))
    .where('usage_hours.outcome', '<>', sql.lit('ok'))
    .where('clients.team_id', 'in', teams)
    .limit(FAILING);
  const rows = await db
    .selectFrom('clients')
    .leftJoin('usage_hours', (join) =>
      join
        .onRef('usage_hours.client_id', '=', 'clients.id')
        .on('usage_hours.hour', '>=', window.from)
        .on('usage_hours.hour', '<', window.to),
    )
    .select(['clients.id', 'clients.name', 'clients.created_at', 'clients.disabled_at'])
    .select([partOf(window).as('part'), calls.as('calls'), failures.as('failures')])
    // Not an `or`, of which PostgreSQL expects so many apps that it reads the usage of all there are.
    .where(sql<boolean>`clients.id in (${newest} union ${failing})`)
    .groupBy(['clients.id', 'part'])
    .orderBy('clients.created_at', 'desc')
    .orderBy('clients.id')
    .execute();
  const byApp = Map.groupBy(rows, (row) => row.id);
  return [...byApp.values()].flatMap((counts) => {
    const [first] = counts;
    if (!first) return [];
    const { id, name, created_at: createdAt, disabled_at: disabledAt } = first;
    return [{ id, name, createdAt, disabled: disabledAt !== null, points: fillGaps(counts, window) }];
  });
}
