import { CompiledQuery } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import { PREPARED } from '../db/connections/session-client.ts';
import type { Statement } from '../db/statement.ts';
import { epochOf } from '../revocation/epochs.ts';

/** What a person lets an app do: OpenID scopes, and scopes by API identifier. */
export interface Consent {
  readonly oidcScopes: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

export async function findConsent(db: Db, accountId: string, clientId: string): Promise<Consent | undefined> {
  return (await findConsentOf(db, accountId, clientId)).consent;
}

/** The same with its epoch (revocation/epochs.ts), which there is without a consent too; read together. */
export async function findConsentOf(
  db: Db,
  accountId: string,
  clientId: string,
): Promise<{ readonly consent: Consent | undefined; readonly epoch: number }> {
  const { rows } = await db.executeQuery<ConsentRow>(CompiledQuery.raw(QUERY, [accountId, clientId]));
  const { epoch, oidc_scopes: oidcScopes, resources } = rows[0] as ConsentRow;
  return { consent: oidcScopes && resources ? { oidcScopes, resources } : undefined, epoch };
}

interface ConsentRow {
  epoch: number;
  oidc_scopes: string[] | null;
  resources: Record<string, string[]> | null;
}

const QUERY = `${PREPARED}
  select ${epochOf('consent', "asked.account_id || ' ' || asked.client_id")} as epoch, oidc_scopes, resources
  from (values ($1::text, $2::text)) as asked (account_id, client_id) left join consents using (account_id, client_id)`;

/** Remembers a consent in place of the one before; the caller adds what should stay. */
export function rememberConsentWithin(
  statement: Statement,
  { accountId, clientId }: { accountId: string; clientId: string },
  { oidcScopes, resources }: Consent,
  now: Date,
): void {
  const parties = [accountId, clientId].map((id) => statement.parameter(id, 'text'));
  const scopes = statement.parameter([...oidcScopes], 'text[]');
  const values = [
    scopes,
    statement.parameter(JSON.stringify(resources), 'jsonb'),
    statement.parameter(now, 'timestamptz'),
  ];
  statement.add(`insert into consents (account_id, client_id, oidc_scopes, resources, updated_at)
    select ${[...parties, ...values].join()} from basis
    on conflict (account_id, client_id) do update set
      oidc_scopes = excluded.oidc_scopes, resources = excluded.resources, updated_at = excluded.updated_at`);
}

/** Both consents together. */
export function mergeConsents(a: Consent | undefined, b: Consent): Consent {
  const identifiers = new Set([...Object.keys(a?.resources ?? {}), ...Object.keys(b.resources)]);
  return {
    oidcScopes: [...new Set([...(a?.oidcScopes ?? []), ...b.oidcScopes])],
    resources: Object.fromEntries(
      [...identifiers].map((api) => [api, [...new Set([...(a?.resources[api] ?? []), ...(b.resources[api] ?? [])])]]),
    ),
  };
}
