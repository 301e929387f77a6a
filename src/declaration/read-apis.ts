import { ADMIN_API } from '../apis/admin-api.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api, ApiScope } from '../db/tables/catalogue.ts';
import type { Role } from '../db/tables/teams.ts';
import { type Ids, pair } from './ids.ts';
import { groupedBy, sortedBy } from './order.ts';
import type { DeclaredApi, DeclaredRole } from './schema.ts';

/** Every API but the server's own, with scopes, roles and resource servers. */
export async function readApis(db: Db, ids: Ids): Promise<DeclaredApi[]> {
  const rows = await db
    .selectFrom('apis')
    .leftJoin('teams', 'teams.id', 'apis.team_id')
    .selectAll('apis')
    .select('teams.name as teamName')
    .execute();
  for (const { id, identifier } of rows) ids.apis.set(identifier, id);
  const scopesOf = groupedBy(await readScopes(db), (row) => row.api_id);
  const shownOf = groupedBy(await readShown(db), (row) => row.api_id);
  const introspectors = await db.selectFrom('api_introspectors').selectAll().execute();
  const introspectorsOf = groupedBy(introspectors, (row) => row.api_id);
  const rolesOf = await readRoles(db);
  const apis = rows.filter(({ id }) => id !== ADMIN_API);
  return sortedBy(apis, (api) => api.identifier).map((api) => {
    const roles = sortedBy(rolesOf(api.id), (role) => role.name);
    for (const role of roles) ids.roles.set(pair(api.identifier, role.name), role.id);
    return {
      ...settingsOf(api),
      visible_teams: sortedBy(shownOf(api.id), (row) => row.name_key).map((row) => row.name),
      scopes: scopesOf(api.id).map(presentScope),
      roles: roles.map(({ id: _, ...role }) => role),
      introspectors: introspectorsOf(api.id)
        .map((row) => row.client_id)
        .sort(),
      ...(api.suspended_at && { suspended: api.suspended_reason || 'suspended' }),
    };
  });
}

const settingsOf = (api: Api & { teamName: string | null }) => ({
  identifier: api.identifier,
  name: api.name,
  ...(api.teamName === null ? {} : { team: api.teamName }),
  description: api.description,
  docs_url: api.docs_url,
  token_lifetime: api.token_lifetime,
  signing_alg: api.signing_alg,
  visibility: api.visibility,
  roles_claim: api.roles_claim,
});

const presentScope = ({ name, description, needs_approval, needs_role }: ApiScope) => ({
  name,
  description,
  needs_approval,
  needs_role,
});

/** In the order that their owner chose. */
const readScopes = (db: Db) => db.selectFrom('api_scopes').selectAll().orderBy('position').orderBy('name').execute();

function readShown(db: Db) {
  return db
    .selectFrom('api_visible_teams')
    .innerJoin('teams', 'teams.id', 'api_visible_teams.team_id')
    .select(['api_visible_teams.api_id', 'teams.name', 'teams.name_key'])
    .execute();
}

async function readRoles(db: Db): Promise<(apiId: string) => (DeclaredRole & { id: string })[]> {
  const people = await db
    .selectFrom('role_accounts')
    .innerJoin('accounts', 'accounts.id', 'role_accounts.account_id')
    .select(['role_accounts.role_id', 'accounts.email'])
    .execute();
  const groups = await db
    .selectFrom('role_groups')
    .innerJoin('groups', 'groups.id', 'role_groups.group_id')
    .select(['role_groups.role_id', 'groups.name', 'groups.name_key'])
    .execute();
  const peopleOf = groupedBy(people, (row) => row.role_id);
  const groupsOf = groupedBy(groups, (row) => row.role_id);
  const present = ({ id, name, description, scopes }: Role) => ({
    id,
    name,
    description,
    scopes: [...scopes].sort(),
    people: peopleOf(id)
      .map(({ email }) => email)
      .sort(),
    groups: sortedBy(groupsOf(id), (row) => row.name_key).map((row) => row.name),
  });
  const rolesOf = groupedBy(await db.selectFrom('roles').selectAll().execute(), (role) => role.api_id);
  return (apiId) => rolesOf(apiId).map(present);
}
