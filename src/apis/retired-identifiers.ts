import { type By, judgeAccess } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';
import { AppError } from '../errors.ts';

type Named = Pick<Api, 'identifier' | 'team_id'>;

/** Keeps whose an identifier was when its API goes. */
export async function retireIdentifier(db: Db, { identifier, team_id }: Named, now: Date): Promise<void> {
  const last = { team_id, retired_at: now };
  await db
    .insertInto('retired_identifiers')
    .values({ identifier, ...last })
    .onConflict((conflict) => conflict.column('identifier').doUpdateSet(last))
    .execute();
}

/**
 * Resource servers take every token that is for them, and may outlive their API here. So its identifier does not go to
 * another team by being free. Called once the identifier is taken in the transaction, or one that is deleted just now is missed.
 * @throws {AppError} conflict
 */
export async function requireFreeIdentifier(db: Db, { identifier, team_id }: Named, by: By): Promise<void> {
  const retired = await db
    .selectFrom('retired_identifiers')
    .select('team_id')
    .where('identifier', '=', identifier)
    .executeTakeFirst();
  // Only who looks after the platform makes an API of no team.
  if (!retired || team_id === null || retired.team_id === team_id) return;
  if (judgeAccess(by, 'platform.write', null) === 'allowed') return;
  const detail = `${identifier} was an API of another team, whose servers may still trust it. An administrator can create it.`;
  throw new AppError('conflict', { detail });
}
