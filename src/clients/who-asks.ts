import type { Db } from '../db/connections/connection.ts';

/** The name of a team; undefined for none. */
export async function findTeamName(db: Db, teamId: string | null): Promise<string | undefined> {
  if (teamId === null) return undefined;
  const row = await db.selectFrom('teams').select('name').where('id', '=', teamId).executeTakeFirst();
  return row?.name;
}

/**
 * The team behind an app, for the pages that ask people: a name that nobody who runs the server vouches for. Undefined
 * for an app of the operator, and for one that an administrator made first-party.
 */
export async function findUnverifiedTeam(db: Db, clientId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('clients')
    .innerJoin('teams', 'teams.id', 'clients.team_id')
    .select('teams.name')
    .where('clients.id', '=', clientId)
    .where('clients.first_party', '=', false)
    .executeTakeFirst();
  return row?.name;
}
