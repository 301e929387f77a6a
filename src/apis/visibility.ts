import { type RawBuilder, sql } from 'kysely';
import { type By, visibleTeams } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';
import { AppError } from '../errors.ts';
import { nameKey } from '../names/names.ts';
import { t } from '../texts/texts.ts';

/**
 * The condition for an API to be in the caller's catalogue, on a query that has `apis`: everyone's, those of their teams,
 * and those that are shown to one of their teams.
 * @throws {AppError} forbidden when the access token does not allow it at all
 */
export function isInCatalogue(by: By): RawBuilder<boolean> {
  const teams = visibleTeams(by, 'api.read');
  if (teams === 'all') return sql`true`;
  // A caller that brings no rights sees nothing, not even what everyone does.
  if (!by.access) return sql`false`;
  if (teams.length === 0) return sql`apis.visibility = 'everyone'`;
  return sql`(apis.visibility = 'everyone' or apis.team_id in (${sql.join(teams)}) or (apis.visibility = 'selected'
    and exists (select 1 from api_visible_teams shown where shown.api_id = apis.id
      and shown.team_id in (${sql.join(teams)}))))`;
}

/** Whether a team's apps may ask for an API. What belongs to the operator may ask for any. */
export async function isVisibleTo(db: Db, api: Api, teamId: string | null): Promise<boolean> {
  if (teamId === null || api.visibility === 'everyone' || api.team_id === teamId) return true;
  if (api.visibility !== 'selected') return false;
  const shown = await db
    .selectFrom('api_visible_teams')
    .select('team_id')
    .where('api_id', '=', api.id)
    .where('team_id', '=', teamId)
    .executeTakeFirst();
  return shown !== undefined;
}

/** Replaces the teams that an API is shown to; each is given by its id or its name. @throws {AppError} invalid_request */
export async function setVisibleTeams(db: Db, apiId: string, teams: readonly string[]): Promise<void> {
  const found = await findTeams(db, teams);
  await db.deleteFrom('api_visible_teams').where('api_id', '=', apiId).execute();
  if (found.length === 0) return;
  const rows = found.map((id) => ({ api_id: apiId, team_id: id }));
  await db.insertInto('api_visible_teams').values(rows).execute();
}

async function findTeams(db: Db, wanted: readonly string[]): Promise<string[]> {
  if (wanted.length === 0) return [];
  const keys = wanted.map(nameKey);
  const rows = await db
    .selectFrom('teams')
    .select(['id', 'name_key'])
    .where((eb) => eb.or([eb('id', 'in', [...wanted]), eb('name_key', 'in', keys)]))
    .execute();
  const unknown = wanted.find((team) => !rows.some(({ id, name_key }) => id === team || name_key === nameKey(team)));
  if (unknown !== undefined) throw new AppError('invalid_request', { detail: t('refusals.noTeam', { id: unknown }) });
  return [...new Set(rows.map(({ id }) => id))];
}
