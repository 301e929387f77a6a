import { CompiledQuery } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';
import { PREPARED } from '../../db/connections/session-client.ts';
import type { Statement } from '../../db/statement.ts';
import { epochOf } from '../../revocation/epochs.ts';
import { type Consent, NOTHING } from './scopes.ts';

export type { Consent };

/** What a person has decided about an app. No scope is in both. */
export interface Decided {
  readonly given: Consent;
  /** They were asked, and did not give it. */
  readonly leftOut: Consent;
}

/** With the epoch of the consent (revocation/epochs.ts), which there is without a consent too; read together. */
export async function findConsentOf(
  db: Db,
  accountId: string,
  clientId: string,
): Promise<{ readonly decided: Decided | undefined; readonly epoch: number }> {
  const { rows } = await db.executeQuery<DecidedRow & { epoch: number }>(
    CompiledQuery.raw(QUERY, [accountId, clientId]),
  );
  const [row] = rows;
  return { decided: row && toDecided(row), epoch: row?.epoch ?? 0 };
}

/** Columns of `consents`, which are null without one. */
export interface DecidedRow {
  readonly given_oidc_scopes: string[] | null;
  readonly given_resources: Record<string, string[]> | null;
  readonly left_out_oidc_scopes: string[] | null;
  readonly left_out_resources: Record<string, string[]> | null;
}

export const DECIDED = `consents.oidc_scopes as given_oidc_scopes, consents.resources as given_resources,
  consents.left_out_oidc_scopes, consents.left_out_resources`;

export function toDecided(row: DecidedRow): Decided | undefined {
  if (row.given_oidc_scopes === null) return undefined;
  return {
    given: { oidcScopes: row.given_oidc_scopes, resources: row.given_resources ?? {} },
    leftOut: { oidcScopes: row.left_out_oidc_scopes ?? [], resources: row.left_out_resources ?? {} },
  };
}

const QUERY = `${PREPARED}
  select ${epochOf('consent', "asked.account_id || ' ' || asked.client_id")} as epoch, ${DECIDED}
  from (values ($1::text, $2::text)) as asked (account_id, client_id) left join consents using (account_id, client_id)`;

/** Remembers what was decided in place of what was before; the caller adds what should stay. */
export function rememberConsentWithin(
  statement: Statement,
  { accountId, clientId }: { accountId: string; clientId: string },
  { given, leftOut = NOTHING }: { readonly given: Consent; readonly leftOut?: Consent },
  now: Date,
): void {
  const values = [
    statement.parameter(accountId, 'text'),
    statement.parameter(clientId, 'text'),
    ...[given, leftOut].flatMap(({ oidcScopes, resources }) => [
      statement.parameter([...oidcScopes], 'text[]'),
      statement.parameter(JSON.stringify(resources), 'jsonb'),
    ]),
    statement.parameter(now, 'timestamptz'),
  ];
  statement.add(`insert into consents
      (account_id, client_id, oidc_scopes, resources, left_out_oidc_scopes, left_out_resources, updated_at)
    select ${values.join()} from basis
    on conflict (account_id, client_id) do update set
      oidc_scopes = excluded.oidc_scopes, resources = excluded.resources,
      left_out_oidc_scopes = excluded.left_out_oidc_scopes, left_out_resources = excluded.left_out_resources,
      updated_at = excluded.updated_at`);
}
