import { CompiledQuery } from 'kysely';
import { DECIDED, type Decided, type DecidedRow, toDecided } from '../accounts/consents/consents.ts';
import { ASKED_APIS, type AskedApi, type AskedApiRow, toAskedApi } from '../apis/asked-apis.ts';
import type { Db } from '../db/connections/connection.ts';
import { PREPARED } from '../db/connections/session-client.ts';
import { logoPath } from './logos/logos.ts';

const WHO_ASKS = `
  select client_logos.etag as logo_etag, teams.name as app_team, clients.verified and not clients.first_party as app_verified
  from clients
  left join client_logos on client_logos.client_id = clients.id
  left join teams on teams.id = clients.team_id and not clients.first_party
  where clients.id = $1`;

/** What a page of sign-in or consent shows of an app besides its name. */
export interface WhoAsks {
  /** Where its logo is. */
  readonly logo: string | undefined;
  /** The team behind it; undefined for an app of the operator, and for one that an administrator made first-party. */
  readonly team: string | undefined;
  /** Whoever runs the server vouches for its name, its logo, and where it leads. */
  readonly verified: boolean;
}

interface Row {
  readonly logo_etag: string | null;
  readonly app_team: string | null;
  readonly app_verified: boolean;
}

export async function findWhoAsks(db: Db, clientId: string): Promise<WhoAsks> {
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(`${PREPARED} ${WHO_ASKS}`, [clientId]));
  return toWhoAsks(clientId, rows[0]);
}

const WHO_ASKS_FOR_WHAT = `${PREPARED} select who.*, ${DECIDED}, asked.*
  from (${WHO_ASKS}) who
  left join consents on consents.client_id = $1 and consents.account_id = $3
  left join (${ASKED_APIS}) asked on true order by asked.identifier`;

export interface WhoAsksForWhat {
  readonly who: WhoAsks;
  /** Of the APIs that it asks for, those that it may use. */
  readonly asked: readonly AskedApi[];
  /** What the person has decided about it before. */
  readonly decided: Decided | undefined;
}

/** The same with what it asks a person for, in one statement. */
export async function findWhoAsksForWhat(
  db: Db,
  { clientId, accountId }: { readonly clientId: string; readonly accountId: string },
  identifiers: readonly string[],
): Promise<WhoAsksForWhat> {
  const query = CompiledQuery.raw(WHO_ASKS_FOR_WHAT, [clientId, identifiers, accountId]);
  const { rows } = await db.executeQuery<Row & DecidedRow & (AskedApiRow | { id: null })>(query);
  const [first] = rows;
  const asked = rows.flatMap((row) => (row.id === null ? [] : [toAskedApi(row)]));
  return { who: toWhoAsks(clientId, first), asked, decided: first && toDecided(first) };
}

function toWhoAsks(clientId: string, row: Row | undefined): WhoAsks {
  const etag = row?.logo_etag;
  return {
    logo: etag ? logoPath(clientId, etag) : undefined,
    team: row?.app_team ?? undefined,
    verified: row?.app_verified ?? false,
  };
}
