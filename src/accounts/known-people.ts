import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { By } from '../access.ts';

/**
 * Whom a caller knows. Administrators and auditors know everybody. Anyone else knows themselves, the people of their
 * teams, and those who let an app of their teams know them. An id is no secret (it is the `sub` of tokens), but it
 * gives nobody a name.
 */
const everybody = sql<SqlBool>`true`;
const nobody = sql<SqlBool>`false`;

const knowsAll = ({ actor, access }: By) =>
  actor.type === 'operator' || actor.type === 'system' || access?.platformRole != null;

/** The caller, and the people of the caller's teams: the caller also sees whether these may sign in. */
export function isColleague(by: By, account: string): RawBuilder<SqlBool> {
  if (knowsAll(by)) return everybody;
  const self = by.actor.type === 'account' ? sql<SqlBool>`${sql.ref(account)} = ${by.actor.id ?? ''}` : nobody;
  const teams = teamsOf(by);
  if (teams.length === 0) return sql`(${self})`;
  return sql`(${self} or exists (
    select from team_members as shared where shared.account_id = ${sql.ref(account)} and shared.team_id in (${sql.join(teams)})
  ))`;
}

/** Whose name the caller may be told: they let an app of the caller's teams see it. */
export const hasToldName = (by: By, account: string) => hasTold(by, account, 'profile');

/** The same for the address. */
export const hasToldAddress = (by: By, account: string) => hasTold(by, account, 'email');

function hasTold(by: By, account: string, scope: 'profile' | 'email'): RawBuilder<SqlBool> {
  const teams = teamsOf(by);
  if (knowsAll(by) || teams.length === 0) return isColleague(by, account);
  return sql`(${isColleague(by, account)} or exists (
    select from consents as told join clients as teller on teller.id = told.client_id
    where told.account_id = ${sql.ref(account)} and ${scope} = any(told.oidc_scopes)
      and teller.team_id in (${sql.join(teams)})
  ))`;
}

/** Whose id the caller has by right: they agreed to an app of the caller's teams, or to the use of one of their APIs. */
export function isKnown(by: By, account: string): RawBuilder<SqlBool> {
  const teams = teamsOf(by);
  if (knowsAll(by) || teams.length === 0) return isColleague(by, account);
  return sql`(${isColleague(by, account)} or exists (
    select from consents as agreed
    where agreed.account_id = ${sql.ref(account)} and (
      exists (select from clients where clients.id = agreed.client_id and clients.team_id in (${sql.join(teams)}))
      or exists (
        select from apis where apis.team_id in (${sql.join(teams)}) and jsonb_exists(agreed.resources, apis.identifier)
      )
    )
  ))`;
}

const teamsOf = ({ access }: By): string[] => [...(access?.teams.keys() ?? [])];
