import { authorize, type By } from '../access.ts';
import { isNamedOrHasId } from '../apis/identifiers.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Role } from '../db/tables/teams.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';

/** A role by its id or, within an API that is named by its id or identifier, by its name. @throws {AppError} not_found, forbidden */
export async function findRole(db: Db, wanted: { role: string; api?: string | undefined }, by: By): Promise<Role> {
  const { role: name, api } = wanted;
  const missing =
    api === undefined ? t('refusals.noRole', { id: name }) : t('refusals.roleNotOfApi', { api, role: name });
  let query = db
    .selectFrom('roles')
    .innerJoin('apis', 'apis.id', 'roles.api_id')
    .selectAll('roles')
    .select('apis.team_id');
  if (api === undefined) query = query.where('roles.id', '=', name);
  else {
    query = query
      .where(isNamedOrHasId(api))
      .where((eb) => eb.or([eb('roles.id', '=', name), eb('roles.name', '=', name.normalize('NFC'))]));
  }
  const row = await query.executeTakeFirst();
  if (!row) throw new AppError('not_found', { detail: missing });
  const { team_id, ...role } = row;
  authorize(by, 'api.read', team_id, missing);
  return role;
}
