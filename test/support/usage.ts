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
