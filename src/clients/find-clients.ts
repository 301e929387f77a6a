import { z } from 'zod';
import { authorize, type By, visibleTeams } from '../access.ts';
import { hasToldName } from '../accounts/known-people.ts';
import type { Db } from '../db/connections/connection.ts';
import { beyond, type Listing, matching, PageQuery, toListing } from '../db/pages.ts';
import type { Client } from '../db/tables/catalogue.ts';
import { AppError } from '../errors.ts';
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
  const missing = `There is no app ${id}.`;
  const client = CLIENT_ID.test(id) && id !== PORTAL_CLIENT ? await detailed(db, id, by) : undefined;
  if (!client) throw new AppError('not_found', { detail: missing });
  authorize(by, action, client.team_id, missing);
  return client;
}

/** The same for those who change it in their transaction: others who would, wait. */
export async function lockClient(db: Db, id: string, by: By): Promise<Client> {
  // Who may not is not made to wait.
  await findClient(db, id, 'app.write', by);
  const missing = `There is no app ${id}.`;
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

export const ClientQuery = PageQuery.extend({ team: z.string().max(100).optional() });

/** An app in a list. */
export interface ListedClient extends Client {
  readonly team_name: string | null;
  readonly default_api: string | null;
  readonly logo_etag: string | null;
  /** When the first of its live secrets ends; null when none does. */
  readonly next_expiry: Date | null;
}

/**
 * The apps that the caller may see, the newest first; searched by name and client id. The portal is not among them.
 * @throws {ZodError} @throws {AppError} forbidden, invalid_request
 */
export async function listClients(db: Db, input: z.input<typeof ClientQuery>, by: By): Promise<Listing<ListedClient>> {
  const { search, team, limit, cursor } = ClientQuery.parse(input);
  const visible = visibleTeams(by, 'app.read');
  let query = db
    .selectFrom('clients')
    .leftJoin('teams', 'teams.id', 'clients.team_id')
    .leftJoin('apis', 'apis.id', 'clients.default_api_id')
    .leftJoin('client_logos', 'client_logos.client_id', 'clients.id')
    .selectAll('clients')
    .select(['teams.name as team_name', 'apis.identifier as default_api', 'client_logos.etag as logo_etag'])
    .select((eb) =>
      eb
        .selectFrom('client_secrets')
        .select((inner) => inner.fn.min('client_secrets.expires_at').as('soonest'))
        .whereRef('client_secrets.client_id', '=', 'clients.id')
        .where('client_secrets.expires_at', '>', by.now)
        .as('next_expiry'),
    )
    .where('clients.id', '!=', PORTAL_CLIENT)
    .where(beyond(cursor, { at: 'clients.created_at', id: 'clients.id' }))
    .where(matching(search, 'clients.name', 'clients.id'))
    .orderBy('clients.created_at', 'desc')
    .orderBy('clients.id', 'desc')
    .limit(limit + 1);
  if (visible !== 'all') query = query.where('clients.team_id', 'in', visible.length > 0 ? [...visible] : ['']);
  if (team !== undefined) query = query.where('clients.team_id', '=', team);
  return toListing(await query.execute(), limit, ({ created_at, id }) => ({ at: created_at, id }));
}
