import type { By } from '../../access.ts';
import type { Db } from '../../db/connections/connection.ts';
import { decidingTeams, ownTeams } from './teams.ts';

/** A request for scopes of an API that waits for a decision. */
export interface WaitingRequest {
  readonly id: string;
  readonly app: string;
  readonly appId: string;
  readonly api: string;
  readonly apiId: string;
  readonly scopes: readonly string[];
  readonly reason: string | null;
  readonly at: Date | null;
  /** Whether the person may decide on it; else it is one of their own that waits for someone else. */
  readonly mayDecide: boolean;
}

const MOST = 20;

/** What waits for this person, and what this person's teams wait for; the oldest first. One statement. */
export async function readWaitingRequests(db: Db, by: By): Promise<WaitingRequest[]> {
  const deciding = decidingTeams(by);
  const named = deciding.filter((team) => team !== null);
  const own = ownTeams(by);
  if (deciding.length === 0 && own.length === 0) return [];
  const rows = await db
    .selectFrom('subscriptions')
    .innerJoin('clients', 'clients.id', 'subscriptions.client_id')
    .innerJoin('apis', 'apis.id', 'subscriptions.api_id')
    .select(['subscriptions.id', 'clients.name as app', 'clients.id as appId', 'apis.name as api', 'apis.id as apiId'])
    .select(['pending_scopes as scopes', 'pending_reason as reason', 'pending_at as at', 'apis.team_id as teamId'])
    .where('pending_scopes', 'is not', null)
    .where((eb) =>
      eb.or([
        ...(named.length > 0 ? [eb('apis.team_id', 'in', named)] : []),
        ...(deciding.includes(null) ? [eb('apis.team_id', 'is', null)] : []),
        ...(own.length > 0 ? [eb('clients.team_id', 'in', own)] : []),
      ]),
    )
    .orderBy('pending_at')
    .limit(MOST)
    .execute();
  return rows.map(({ teamId, ...row }) => ({
    ...row,
    scopes: row.scopes ?? [],
    mayDecide: deciding.includes(teamId),
  }));
}
