import { writeBatch } from '../../src/usage/write.ts';
import type { TestServer } from './server.ts';

interface App {
  readonly clientId: string;
}

/** What is counted of an app, as `event outcome api count`, sorted; `-` for no API. */
export async function countsOf({ app, database }: TestServer, { clientId }: App): Promise<string[]> {
  await app.usage.flush();
  const rows = await database.db.selectFrom('usage_hours').selectAll().where('client_id', '=', clientId).execute();
  return rows.map((row) => `${row.event} ${row.outcome} ${row.api_id || '-'} ${row.count}`).sort();
}

/** The request log of an app, oldest first. */
export async function linesOf({ app, database }: TestServer, { clientId }: App) {
  await app.usage.flush();
  return database.db.selectFrom('request_log').selectAll().where('client_id', '=', clientId).orderBy('id').execute();
}

const HOUR = 3_600_000;

/** Counts as if they had happened `hoursAgo`. */
export function aCount(
  { database }: Pick<TestServer, 'database'>,
  what: { clientId: string; apiId?: string; event?: string; outcome?: string; count: number; hoursAgo: number },
) {
  const { clientId, apiId = '', event = 'client_credentials', outcome = 'ok', count, hoursAgo } = what;
  const hour = Math.floor(Date.now() / HOUR) * HOUR - hoursAgo * HOUR;
  return writeBatch(database.db, { counts: [{ hour, clientId, api: apiId, event, outcome, count }], lines: [] });
}

/** Gives an app or an API to a team. */
export async function give(
  { database: { db } }: Pick<TestServer, 'database'>,
  teamId: string,
  things: { clientId?: string; apiId?: string },
): Promise<void> {
  const team = { team_id: teamId };
  if (things.clientId) await db.updateTable('clients').set(team).where('id', '=', things.clientId).execute();
  if (things.apiId) await db.updateTable('apis').set(team).where('id', '=', things.apiId).execute();
}
