import type { Db } from '../db/connections/connection.ts';

/** What a person lets an app do: OpenID scopes, and scopes by API identifier. */
export interface Consent {
  readonly oidcScopes: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

export async function findConsent(db: Db, accountId: string, clientId: string): Promise<Consent | undefined> {
  const row = await db
    .selectFrom('consents')
    .select(['oidc_scopes', 'resources'])
    .where('account_id', '=', accountId)
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  return row && { oidcScopes: row.oidc_scopes, resources: row.resources };
}

/** Remembers a consent in place of the one before; the caller adds what should stay. */
export async function rememberConsent(
  db: Db,
  parties: { accountId: string; clientId: string },
  consent: Consent,
  now: Date,
): Promise<void> {
  const values = {
    oidc_scopes: [...consent.oidcScopes],
    resources: JSON.stringify(consent.resources),
    updated_at: now,
  };
  await db
    .insertInto('consents')
    .values({ account_id: parties.accountId, client_id: parties.clientId, ...values })
    .onConflict((conflict) => conflict.columns(['account_id', 'client_id']).doUpdateSet(values))
    .execute();
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
