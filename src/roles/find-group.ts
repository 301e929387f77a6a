import { authorize, type By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Group } from '../db/tables/teams.ts';
import { AppError } from '../errors.ts';
import { nameKey } from '../names/names.ts';
import { t } from '../texts/texts.ts';

/** A group by its id or its name. @throws {AppError} not_found, forbidden */
export async function findGroup(db: Db, idOrName: string, by: By): Promise<Group> {
  authorize(by, 'platform.read', null);
  const group = await db
    .selectFrom('groups')
    .selectAll()
    .where((eb) => eb.or([eb('id', '=', idOrName), eb('name_key', '=', nameKey(idOrName))]))
    .orderBy((eb) => eb.case().when('id', '=', idOrName).then(0).else(1).end())
    .executeTakeFirst();
  if (!group) throw new AppError('not_found', { detail: t('refusals.noGroup', { id: idOrName }) });
  return group;
}
