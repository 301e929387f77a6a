import { sql } from 'kysely';
import { authorizeFor, type By } from '../../access.ts';
import { DECIDED, type Decided, type DecidedRow, toDecided } from '../../accounts/consents/consents.ts';
import { type Consent, NOTHING } from '../../accounts/consents/scopes.ts';
import type { Db } from '../../db/connections/connection.ts';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';
import { logoPath } from '../logos/logos.ts';
import { PORTAL_CLIENT } from './portal-client-id.ts';

/** Scopes of an API in the words of its owner. */
export interface AllowedApi {
  readonly name: string;
  readonly scopes: readonly string[];
}

/** An app that a person has let in, or that belongs to the installation and is in without being asked. */
export interface ConnectedApp {
  readonly id: string;
  readonly name: string;
  readonly teamName: string | null;
  /** Where its logo is. */
  readonly logo: string | undefined;
  readonly firstParty: boolean;
  readonly oidcScopes: readonly string[];
  readonly apis: readonly AllowedApi[];
  /** What the person did not give when they were asked. */
  readonly leftOut: { readonly oidcScopes: readonly string[]; readonly apis: readonly AllowedApi[] };
  readonly since: Date;
  /** When it got a code or token for the person last, as far as that is still known. */
  readonly lastUsed: Date | null;
}

/** More apps than that nobody looks through; the oldest are left out. */
const MOST = 200;

interface Row extends Omit<ConnectedApp, 'apis' | 'logo' | 'oidcScopes' | 'leftOut'>, DecidedRow {
  readonly logoEtag: string | null;
}

/** The apps that are connected to a person, those used last first. @throws {AppError} not_found, forbidden */
export async function listConnectedApps(db: Db, accountId: string, by: By): Promise<ConnectedApp[]> {
  authorizeFor(by, accountId, 'platform.read');
  return find(db, accountId);
}

/** One of them. @throws {AppError} not_found, also for an app that is connected to somebody else alone */
export async function requireConnectedApp(db: Db, accountId: string, clientId: string, by: By): Promise<ConnectedApp> {
  authorizeFor(by, accountId, 'platform.read');
  const [app] = await find(db, accountId, clientId);
  if (!app) throw new AppError('not_found', { detail: t('account.notConnected') });
  return app;
}

async function find(db: Db, accountId: string, clientId?: string): Promise<ConnectedApp[]> {
  const { rows } = await sql<Row>`
    select clients.id, clients.name, teams.name as "teamName", clients.first_party as "firstParty",
      (select etag from client_logos where client_logos.client_id = clients.id) as "logoEtag",
      ${sql.raw(DECIDED)},
      least(consents.updated_at, given.since) as since, given.last_used as "lastUsed"
    from clients
    left join teams on teams.id = clients.team_id
    left join consents on consents.client_id = clients.id and consents.account_id = ${accountId}
    left join (
      select client_id, min(created_at) as since, max(created_at) filter (where model <> 'Grant') as last_used
      from artifacts
      where account_id = ${accountId} and model in ('Grant', 'AuthorizationCode', 'AccessToken', 'RefreshToken')
      group by client_id) given on given.client_id = clients.id
    where (consents.client_id is not null or given.client_id is not null) and clients.id <> ${PORTAL_CLIENT}
      and (${clientId ?? null}::text is null or clients.id = ${clientId ?? null})
    order by coalesce(given.last_used, consents.updated_at) desc, clients.id
    limit ${MOST}`.execute(db);
  const decided = rows.map((row) => toDecided(row) ?? { given: NOTHING, leftOut: NOTHING });
  const named = decided.flatMap(({ given, leftOut }) => [given, leftOut].flatMap((one) => Object.keys(one.resources)));
  const words = await findWords(db, [...new Set(named)]);
  return rows.map(({ id, name, teamName, firstParty, since, lastUsed, logoEtag }, index) => {
    const { given, leftOut } = decided[index] as Decided;
    return {
      ...{ id, name, teamName, firstParty, since, lastUsed },
      logo: logoEtag ? logoPath(id, logoEtag) : undefined,
      ...inWords(given, words),
      leftOut: inWords(leftOut, words),
    };
  });
}

/** Scopes of APIs as their owners call them. */
function inWords({ oidcScopes, resources }: Consent, words: ReadonlyMap<string, Words>) {
  const ofApis = Object.entries(resources).filter(([, scopes]) => scopes.length > 0);
  const apis = ofApis.map(([identifier, scopes]) => {
    const api = words.get(identifier);
    return { name: api?.name ?? identifier, scopes: scopes.map((scope) => api?.described[scope] || scope) };
  });
  return { oidcScopes, apis };
}

interface Words {
  readonly identifier: string;
  readonly name: string;
  readonly described: Readonly<Record<string, string>>;
}

/** What APIs and their scopes are called, by the identifiers of the APIs. */
async function findWords(db: Db, identifiers: readonly string[]): Promise<ReadonlyMap<string, Words>> {
  if (identifiers.length === 0) return new Map();
  const { rows } = await sql<Words>`
    select apis.identifier, apis.name, (
      select coalesce(json_object_agg(one.name, one.description), '{}') from api_scopes one where one.api_id = apis.id
    ) as described
    from apis where apis.identifier = any(${identifiers}::text[])`.execute(db);
  return new Map(rows.map((row) => [row.identifier, row]));
}
