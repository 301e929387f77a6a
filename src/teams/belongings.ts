import { authorize, type By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { noTeam } from './teams.ts';

/** More than a page about a team has room for; the lists of apps and of APIs have the rest. */
const MOST = 50;

/** What a team owns, the newest first, as far as a page about the team shows it. @throws {AppError} not_found, forbidden */
export async function findBelongings(db: Db, teamId: string, by: By) {
  authorize(by, 'app.read', teamId, noTeam(teamId));
  authorize(by, 'api.read', teamId, noTeam(teamId));
  const [apps, apis] = await Promise.all([
    db
      .selectFrom('clients')
      .select(['id', 'name', 'type', 'disabled_at'])
      .where('team_id', '=', teamId)
      .orderBy('created_at', 'desc')
      .limit(MOST)
      .execute(),
    db
      .selectFrom('apis')
      .select(['id', 'name', 'identifier', 'suspended_at'])
      .where('team_id', '=', teamId)
      .orderBy('created_at', 'desc')
      .limit(MOST)
      .execute(),
  ]);
  return { apps, apis };
}
