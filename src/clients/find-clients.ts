import { authorize, type By } from '../access.ts';
import { hasToldName } from '../accounts/known-people.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Client } from '../db/tables/catalogue.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { PORTAL_CLIENT } from './own/portal-client-id.ts';

/** A client id as we make them; anything else is unknown, and does not reach the database. */
export const CLIENT_ID = /^[a-z][a-z0-9_-]{2,60}$/;

/** An app with the names that a page or an answer shows beside it. */
export interface ClientDetails extends Client {
  readonly team_name: string | null;
  /** The identifier of its default API. */
  readonly default_api: string | null;
  /** Of its logo; null without one. */
  readonly logo_etag: string | null;
  /** null also for somebody whom the caller does not know. */
  readonly created_by_name: string | null;
}

/**
 * An app that the caller may see or change. Unknown, not theirs, or the portal itself: the same answer.
 * @throws {AppError} not_found, forbidden
 */
export async function findClient(db: Db, id: string, action: 'app.read' | 'app.write', by: By): Promise<ClientDetails> {
  const missing = t('refusals.noApp', { id });
  const client = CLIENT_ID.test(id) && id !== PORTAL_CLIENT ? await detailed(db, id, by) : undefined;
  if (!client) throw new AppError('not_found', { detail: missing });
  authorize(by, action, client.team_id, missing);
  return client;
}

/** The same for those who change it in their transaction: others who would, wait. */
export async function lockClient(db: Db, id: string, by: By): Promise<Client> {
  // Who may not is not made to wait.
  await findClient(db, id, 'app.write', by);
  const missing = t('refusals.noApp', { id });
  const client = await db.selectFrom('clients').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (!client) throw new AppError('not_found', { detail: missing });
  // Between the two it may have gone to another team.
  authorize(by, 'app.write', client.team_id, missing);
  return client;
}

function detailed(db: Db, id: string, by: By): Promise<ClientDetails | undefined> {
  return db
    .selectFrom('clients')
    .leftJoin('teams', 'teams.id', 'clients.team_id')
    .leftJoin('apis', 'apis.id', 'clients.default_api_id')
    .leftJoin('client_logos', 'client_logos.client_id', 'clients.id')
    .leftJoin('accounts', (join) =>
      join.onRef('accounts.id', '=', 'clients.created_by').on(hasToldName(by, 'clients.created_by')),
    )
    .selectAll('clients')
    .select([
      'teams.name as team_name',
      'apis.identifier as default_api',
      'client_logos.etag as logo_etag',
      'accounts.name as created_by_name',
    ])
    .where('clients.id', '=', id)
    .executeTakeFirst();
}
