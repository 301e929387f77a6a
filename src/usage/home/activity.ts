import { sql } from 'kysely';
import type { By } from '../../access.ts';
import type { Db } from '../../db/connections/connection.ts';
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

/** How many apps are read: the newest ones, and those that failed within a day. */
const NEWEST = 50;
const FAILING = 20;
const DAY = 86_400_000;

/** The apps of someone's teams with what they did in the last week. One statement. */
export async function readActivity(db: Db, by: By): Promise<AppActivity[]> {
  const teams = ownTeams(by);
  if (teams.length === 0) return [];
  const window = windowOf('7d', by.now);
  const rows = await db
    .with('chosen', () => chosenApps(db, teams, new Date(window.to.getTime() - DAY)))
    .selectFrom('chosen')
    .innerJoin('clients', 'clients.id', 'chosen.id')
    // App by app, along the primary key: joined as a whole, all apps' hours would be read.
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('usage_hours')
          .select([partOf(window).as('part'), calls.as('calls'), failures.as('failures')])
          .whereRef('usage_hours.client_id', '=', 'chosen.id')
          .where('usage_hours.hour', '>=', window.from)
          .where('usage_hours.hour', '<', window.to)
          .groupBy('part')
          .as('counted'),
      (join) => join.onTrue(),
    )
    .select(['clients.id', 'clients.name', 'clients.created_at', 'clients.disabled_at'])
    .select(['counted.part', 'counted.calls', 'counted.failures'])
    .orderBy('clients.created_at', 'desc')
    .orderBy('clients.id')
    .execute();
  return [...Map.groupBy(rows, (row) => row.id).values()].flatMap((ofApp) => {
    const [first] = ofApp;
    if (!first) return [];
    const { id, name, created_at: createdAt, disabled_at: disabledAt } = first;
    const counts = ofApp.map(({ part, ...count }) => ({
      part,
      calls: count.calls ?? 0,
      failures: count.failures ?? 0,
    }));
    return [{ id, name, createdAt, disabled: disabledAt !== null, points: fillGaps(counts, window) }];
  });
}

function chosenApps(db: Db, teams: readonly string[], since: Date) {
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
    .where('usage_hours.hour', '>=', since)
    .where('usage_hours.outcome', '<>', sql.lit('ok'))
    .where('clients.team_id', 'in', teams)
    .limit(FAILING);
  return db
    .selectFrom(newest.as('newest'))
    .select('id')
    .union(db.selectFrom(failing.as('failing')).select('id'));
}
