import { sql } from 'kysely';
import { type By, judgeAccess } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { countRows } from '../db/sorting.ts';
import { isOfTeam } from './page.ts';

/** More are not counted: this is asked for each page. */
export const MOST_TO_DECIDE = 99;

/** How many requests wait for a decision of the caller, at most one more than {@link MOST_TO_DECIDE}; 0 for who decides nothing. */
export async function countToDecide(db: Db, by: By): Promise<number> {
  const mayDecide = (team: string | null) => judgeAccess(by, 'subscription.decide', team) === 'allowed';
  const teams = mayDecide(null) ? 'all' : [...(by.access?.teams.keys() ?? [])].filter(mayDecide);
  if (teams !== 'all' && teams.length === 0) return 0;
  const waiting = db
    .selectFrom('subscriptions')
    .where(sql<boolean>`pending_scopes is not null`)
    .where(isOfTeam('api', teams));
  return countRows(db, waiting, MOST_TO_DECIDE);
}
