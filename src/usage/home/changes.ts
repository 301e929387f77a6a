import { sql } from 'kysely';
import type { By } from '../../access.ts';
import { hasToldName } from '../../accounts/known-people.ts';
import type { Db } from '../../db/connections/connection.ts';
import { ownTeams } from './teams.ts';

/** A change of an app, from the audit trail. */
export interface Change {
  readonly at: Date;
  readonly type: string;
  readonly appId: string;
  readonly app: string;
  readonly detail: Record<string, unknown>;
  /** The name of the person who did it, if the caller knows them; null also when it was someone at the command line, an app, or the server itself. */
  readonly person: string | null;
  readonly actorType: string;
  readonly byCaller: boolean;
}

/**
 * Events of everyday use. They are no changes, and there are many: the index audit_events_changes leaves them out, and
 * the condition here must be the index's own.
 */
const EVERYDAY = [
  'account.signed_in',
  'account.signed_out',
  'authorization.denied',
  'client.authentication_failed',
  'code.exchanged',
  'consent.denied',
  'consent.given',
  'consent.withdrawn',
  'grant.revoked',
  'refresh.retried',
  'refresh.rotated',
  'token.revoked',
];

const MOST = 30;

/** The latest changes of the apps of someone's teams, newest first. One statement. */
export async function readChanges(db: Db, by: By): Promise<Change[]> {
  const teams = ownTeams(by);
  if (teams.length === 0) return [];
  const everyday = sql.join(EVERYDAY.map((type) => sql.lit(type)));
  const rows = await db
    .selectFrom('audit_events')
    .innerJoin('clients', 'clients.id', 'audit_events.client_id')
    .leftJoin('accounts', (join) =>
      join.onRef('accounts.id', '=', 'audit_events.actor_id').on(hasToldName(by, 'audit_events.actor_id')),
    )
    .select(['audit_events.at', 'audit_events.type', 'audit_events.detail', 'audit_events.actor_type as actorType'])
    .select(['audit_events.actor_id', 'clients.id as appId', 'clients.name as app', 'accounts.name as person'])
    .where('clients.team_id', 'in', teams)
    .where(sql<boolean>`audit_events.client_id is not null and audit_events.type not in (${everyday})`)
    .orderBy('audit_events.id', 'desc')
    .limit(MOST)
    .execute();
  return rows.map(({ actor_id: actorId, ...row }) => ({ ...row, byCaller: actorId === by.actor.id }));
}
