import { CompiledQuery } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import { PREPARED } from '../db/connections/session-client.ts';
import { logoPath } from './logos/logos.ts';

const WHO_ASKS = `${PREPARED}
  select client_logos.etag, teams.name as team from clients
  left join client_logos on client_logos.client_id = clients.id
  left join teams on teams.id = clients.team_id and not clients.first_party
  where clients.id = $1`;

/** What a page of sign-in or consent shows of an app besides its name, in one statement: the address of its logo, and its team as below. */
export async function findWhoAsks(
  db: Db,
  clientId: string,
): Promise<{ logo: string | undefined; team: string | undefined }> {
  const query = CompiledQuery.raw(WHO_ASKS, [clientId]);
  const { rows } = await db.executeQuery<{ etag: string | null; team: string | null }>(query);
  const { etag, team } = rows[0] ?? { etag: null, team: null };
  return { logo: etag === null ? undefined : logoPath(clientId, etag), team: team ?? undefined };
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
