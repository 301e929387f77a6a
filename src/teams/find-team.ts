import { type By, visibleTeams } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Team } from '../db/tables/teams.ts';
import { AppError } from '../errors.ts';
import { nameKey } from '../names/names.ts';
import { noTeam } from './teams.ts';

/** A team by its id or its name, among those that the caller may see. @throws {AppError} not_found, forbidden */
export async function findTeam(db: Db, idOrName: string, by: By): Promise<Team> {
  const visible = visibleTeams(by, 'team.read');
  let query = db
    .selectFrom('teams')
    .selectAll()
    .where((eb) => eb.or([eb('id', '=', idOrName), eb('name_key', '=', nameKey(idOrName))]))
    .orderBy((eb) => eb.case().when('id', '=', idOrName).then(0).else(1).end());
  if (visible !== 'all') query = query.where('id', 'in', visible.length > 0 ? [...visible] : ['']);
  const team = await query.executeTakeFirst();
  if (!team) throw new AppError('not_found', { detail: noTeam(idOrName) });
  return team;
}
