import { sql } from 'kysely';
import { z } from 'zod';
import { type By, visibleTeams } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { type Listing, matching, PageQuery } from '../db/pages.ts';
import { arrange, countRows, type Order, sortsOf } from '../db/sorting.ts';
import type { Client } from '../db/tables/catalogue.ts';
import { PORTAL_CLIENT } from './own/portal-client-id.ts';
import { CLIENT_TYPES } from './purposes.ts';

export const CLIENT_STATES = ['active', 'stopped'] as const;

export const ClientQuery = PageQuery.extend({
  team: z.string().max(100).optional(),
  purpose: z.enum(CLIENT_TYPES).optional(),
  state: z.enum(CLIENT_STATES).optional(),
  sort: z.enum(sortsOf('created', 'name', 'used')).optional(),
});

/** An app in a list. */
export interface ListedClient extends Client {
  readonly team_name: string | null;
  readonly default_api: string | null;
  readonly logo_etag: string | null;
  /** When the first of its live secrets ends; null when none does. */
  readonly next_expiry: Date | null;
}

const ORDER: Order<'created' | 'name' | 'used'> = {
  keys: {
    created: { of: sql.ref('clients.created_at'), type: 'time' },
    name: { of: sql`lower(clients.name)`, type: 'text' },
    used: { of: sql.ref('clients.last_used_hour'), type: 'time', nullable: true },
  },
  id: sql.ref('clients.id'),
  usual: '-created',
};

/**
 * The apps that the caller may see, the newest first; searched by name and client id. The portal is not among them.
 * @throws {ZodError} @throws {AppError} forbidden, invalid_request
 */
export async function listClients(db: Db, input: z.input<typeof ClientQuery>, by: By): Promise<Listing<ListedClient>> {
  const query = ClientQuery.parse(input);
  const { place, beyond, orderBy, limit, toListing } = arrange(ORDER, query);
  const rows = await visibleClients(db, query, by)
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
    .select(place)
    .where(beyond)
    .orderBy(orderBy)
    .limit(limit)
    .execute();
  return toListing(rows);
}

/** How many there are in all. @throws {ZodError} @throws {AppError} forbidden */
export async function countClients(db: Db, input: z.input<typeof ClientQuery>, by: By): Promise<number> {
  return await countRows(db, visibleClients(db, ClientQuery.parse(input), by));
}

function visibleClients(db: Db, { search, team, purpose, state }: z.output<typeof ClientQuery>, by: By) {
  const visible = visibleTeams(by, 'app.read');
  let query = db
    .selectFrom('clients')
    .where('clients.id', '!=', PORTAL_CLIENT)
    .where(matching(search, 'clients.name', 'clients.id'));
  if (visible !== 'all') query = query.where('clients.team_id', 'in', visible.length > 0 ? [...visible] : ['']);
  if (team !== undefined) query = query.where('clients.team_id', '=', team);
  if (purpose !== undefined) query = query.where('clients.type', '=', purpose);
  if (state !== undefined) query = query.where('clients.disabled_at', state === 'stopped' ? 'is not' : 'is', null);
  return query;
}
