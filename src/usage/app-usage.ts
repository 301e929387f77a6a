import { authorize, type By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { calls, failures, partOf } from './counted.ts';
import { fillGaps, type Period, type Point, windowOf } from './series.ts';

/** How often an app did one kind of thing, and how it ended. */
export interface OutcomeCount {
  readonly event: string;
  readonly outcome: string;
  /** The API's name; undefined when none was involved. */
  readonly api: string | undefined;
  readonly count: number;
}

export interface AppUsage {
  readonly app: { readonly id: string; readonly name: string };
  readonly points: readonly Point[];
  /** The most frequent first. */
  readonly outcomes: readonly OutcomeCount[];
}

/** What an app did in a period. @throws {AppError} not_found */
export async function readAppUsage(
  db: Db,
  { clientId, period, timeZone }: { clientId: string; period: Period; timeZone?: string },
  by: By,
): Promise<AppUsage> {
  const app = await requireApp(db, clientId, by);
  const window = windowOf(period, by.now, timeZone);
  const ofApp = db
    .selectFrom('usage_hours')
    .where('client_id', '=', clientId)
    .where('hour', '>=', window.from)
    .where('hour', '<', window.to);
  const [parts, outcomes] = await Promise.all([
    ofApp
      .select([partOf(window).as('part'), calls.as('calls'), failures.as('failures')])
      .groupBy('part')
      .execute(),
    ofApp
      .leftJoin('apis', 'apis.id', 'usage_hours.api_id')
      .select(['event', 'outcome', 'apis.name as api', calls.as('count')])
      .groupBy(['event', 'outcome', 'apis.name'])
      .orderBy('count', 'desc')
      .limit(100)
      .execute(),
  ]);
  return {
    app,
    points: fillGaps(parts, window),
    outcomes: outcomes.map((row) => ({ ...row, api: row.api ?? undefined })),
  };
}

/** The app, for those who may see it. @throws {AppError} not_found */
export async function requireApp(db: Db, clientId: string, by: By): Promise<{ id: string; name: string }> {
  const missing = t('refusals.noApp', { id: clientId });
  const app = await db
    .selectFrom('clients')
    .select(['id', 'name', 'team_id'])
    .where('id', '=', clientId)
    .executeTakeFirst();
  if (!app) throw new AppError('not_found', { detail: missing });
  authorize(by, 'app.read', app.team_id, missing);
  return { id: app.id, name: app.name };
}
