import { type By, judgeAccess } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { otherForm } from './identifiers.ts';

type Named = Pick<Api, 'identifier' | 'team_id'>;

/** Notes which team an identifier belonged to when its API is deleted. */
export async function retireIdentifier(db: Db, { identifier, team_id }: Named, now: Date): Promise<void> {
  const last = { team_id, retired_at: now };
  await db
    .insertInto('retired_identifiers')
    .values({ identifier, ...last })
    .onConflict((conflict) => conflict.column('identifier').doUpdateSet(last))
    .execute();
}

/**
 * A resource server accepts every token that is for it, and may outlive its API here. So another team cannot take the
 * identifier of a deleted API. Called after the transaction has inserted the identifier; otherwise it misses an API
 * that is deleted at the same moment.
 * @throws {AppError} conflict
 */
export async function requireFreeIdentifier(db: Db, { identifier, team_id }: Named, by: By): Promise<void> {
  const retired = await db
    .selectFrom('retired_identifiers')
    .select('team_id')
    .where('identifier', 'in', [identifier, otherForm(identifier)])
    .execute();
  // Only who looks after the platform makes an API of no team.
  if (team_id === null || retired.every((one) => one.team_id === team_id)) return;
  if (judgeAccess(by, 'platform.write', null) === 'allowed') return;
  const detail = t('refusals.retiredIdentifier', { identifier });
  throw new AppError('conflict', { detail });
}
