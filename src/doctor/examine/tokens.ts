import { sql } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';
import type { LargeToken } from '../snapshot.ts';

/** Characters. Many proxies and servers take headers of 8 KiB, and there is more in a header than the token. */
const LARGE = 7000;
const MOST = 10;

/** Bytes of the claims whose size does not depend on scopes and roles, and characters of header and signature. */
const OTHER = { claims: 500, characters: 500 };

/**
 * The largest access tokens that there can be today: all scopes of the API that some app may have, and the names of all
 * roles of the person who has the most, where the API wants them.
 */
export async function examineTokens(db: Db): Promise<readonly LargeToken[]> {
  const { rows } = await sql<{ identifier: string; roles: number; scopes: number; email: string | null }>`
    with scopes as (
      select api_id, max(octet_length(array_to_string(subscriptions.scopes, ' '))) as bytes
      from subscriptions where state = 'active' group by api_id
    ), held as (
      select role_id, account_id from role_accounts
      union select role_groups.role_id, group_members.account_id from role_groups join group_members using (group_id)
    ), names as (
      select roles.api_id, held.account_id, sum(octet_length(to_json(roles.name)::text) + 1) as bytes
      from held join roles on roles.id = held.role_id join apis on apis.id = roles.api_id and apis.roles_claim
      group by roles.api_id, held.account_id
    ), most as (
      select distinct on (api_id) api_id, account_id, bytes from names order by api_id, bytes desc
    )
    select apis.identifier, coalesce(most.bytes, 0)::integer as roles, scopes.bytes as scopes, accounts.email
    from scopes join apis on apis.id = scopes.api_id
    left join most on most.api_id = scopes.api_id
    left join accounts on accounts.id = most.account_id
    order by coalesce(most.bytes, 0) + scopes.bytes desc limit ${MOST}`.execute(db);
  return rows
    .map(({ identifier, roles, scopes, email }) => ({
      api: identifier,
      characters: Math.ceil(((roles + scopes + OTHER.claims) * 4) / 3) + OTHER.characters,
      mostRoles: roles > 0 ? (email ?? undefined) : undefined,
    }))
    .filter(({ characters }) => characters > LARGE);
}
