import { ADMIN_API } from '../apis/admin-api.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Ids } from './ids.ts';
import { readApis } from './read-apis.ts';
import { readApps } from './read-apps.ts';
import { readGroups, readTeams } from './read-people.ts';
import { ADMIN_API_NAME, type Declaration, VERSION } from './schema.ts';

export type WholeDeclaration = Declaration & {
  [Kind in 'groups' | 'teams' | 'apis' | 'apps']: NonNullable<Declaration[Kind]>;
};

/** What there is, whole: every list is in it. */
export interface Current {
  readonly declaration: WholeDeclaration;
  readonly ids: Ids;
}

/** What the database has of all that a file can say, in a stable order. A statement for each kind, however many there are. */
export async function readCurrent(db: Db): Promise<Current> {
  const accounts = await db.selectFrom('accounts').select(['id', 'email_key']).execute();
  const ids: Ids = {
    teams: await namedIds(db, 'teams'),
    groups: await namedIds(db, 'groups'),
    accounts: new Map(accounts.map(({ email_key, id }) => [email_key, id])),
    apis: new Map([[ADMIN_API_NAME, ADMIN_API]]),
    roles: new Map(),
    subscriptions: new Map(),
  };
  const declaration = {
    version: VERSION,
    groups: await readGroups(db),
    teams: await readTeams(db),
    apis: await readApis(db, ids),
    apps: await readApps(db, ids),
  };
  return { declaration, ids };
}

async function namedIds(db: Db, table: 'teams' | 'groups'): Promise<Map<string, string>> {
  const rows = await db.selectFrom(table).select(['id', 'name_key']).execute();
  return new Map(rows.map(({ name_key, id }) => [name_key, id]));
}
