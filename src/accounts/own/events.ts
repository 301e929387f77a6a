import { sql } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';

/** What a person is told of, of what the trail knows about them. */
export const OWN_EVENTS = [
  'account.signed_in',
  'account.sign_in_failed',
  'account.password_changed',
  'account.password_refused',
  'account.factor_added',
  'account.factor_removed',
  'account.recovery_codes_made',
  'account.reset_asked',
  'account.reset_given',
  'account.new_password_required',
  'account.address_asked',
  'account.address_verified',
  'account.sessions_ended',
  'account.session_ended',
  'account.updated',
  'consent.given',
  'consent.withdrawn',
] as const;
type OwnEventType = (typeof OWN_EVENTS)[number];

export interface OwnEvent {
  readonly type: OwnEventType;
  readonly at: Date;
  readonly ip: string | null;
  /** The app that it is about, as it is called now. */
  readonly app: string | null;
  readonly clientId: string | null;
  /** The second factor that it is about. */
  readonly factor: string | null;
}

/** What happened to a person's account, the newest first. */
export function listOwnEvents(db: Db, accountId: string, most: number): Promise<OwnEvent[]> {
  return db
    .selectFrom('audit_events')
    .leftJoin('clients', 'clients.id', 'audit_events.client_id')
    .select(['audit_events.type', 'at', 'ip', 'clients.name as app', 'audit_events.client_id as clientId'])
    .select(sql<string | null>`detail ->> 'factor'`.as('factor'))
    .$narrowType<{ type: OwnEventType }>()
    .where('account_id', '=', accountId)
    .where('audit_events.type', 'in', OWN_EVENTS)
    .orderBy('audit_events.id', 'desc')
    .limit(most)
    .execute();
}
