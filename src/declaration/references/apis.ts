import { emailKey } from '../../names/addresses.ts';
import { nameKey } from '../../names/names.ts';
import type { Path } from '../problems.ts';
import { ADMIN_API_NAME, type Declaration, type DeclaredApi, type DeclaredRole } from '../schema.ts';
import { type Known, known, knownTeams, noPerson, noTeam, type Report, scopesOf, unique } from './report.ts';

/** What can be named, whether it is in the file or at the server. */
interface Names {
  readonly hasTeam: (name: string) => boolean;
  readonly hasApp: (id: string) => boolean;
  readonly hasGroup: (name: string) => boolean;
  readonly hasPerson: (email: string) => boolean;
  readonly isAdminApi: (identifier: string) => boolean;
}

export function checkApis(wanted: Declaration, there: Known, report: Report): void {
  const { apis = [] } = wanted;
  const identifiers = apis.map(({ identifier }) => identifier);
  unique(identifiers, ['apis'], report, 'An API of this identifier');
  const names = namesOf(wanted, there);
  const offeredBy = scopesOf(wanted, there.staying);
  for (const [index, api] of apis.entries()) {
    const path = ['apis', index];
    checkApi(api, { path, names }, report);
    const offered = offeredBy(api.identifier);
    for (const [at, role] of (api.roles ?? []).entries()) {
      const sayScope = (name: string) => `The API ${api.identifier} has no scope ${name}.`;
      const place = [...path, 'roles', at];
      known(role.scopes, { has: (name) => offered.has(name), path: [...place, 'scopes'], say: sayScope }, report);
      checkHolders(role, { path: place, names }, report);
    }
  }
}

function namesOf(wanted: Declaration, there: Known): Names {
  const { ids } = there.current;
  const apps = new Set([...(wanted.apps ?? []), ...there.staying.apps].map(({ id }) => id));
  const groups = new Set([...(wanted.groups ?? []), ...there.staying.groups].map(({ name }) => nameKey(name)));
  return {
    hasTeam: knownTeams(wanted, there),
    hasApp: (id) => apps.has(id),
    hasGroup: (name) => groups.has(nameKey(name)),
    hasPerson: (email) => ids.accounts.has(emailKey(email)),
    isAdminApi: (name) => name === ADMIN_API_NAME || ids.apis.get(name) === ids.apis.get(ADMIN_API_NAME),
  };
}

interface At {
  readonly path: Path;
  readonly names: Names;
}

function checkApi(api: DeclaredApi, { path, names }: At, report: Report): void {
  const { identifier, team, visible_teams, introspectors, scopes = [], roles = [] } = api;
  if (names.isAdminApi(identifier)) report([...path, 'identifier'], 'The server looks after its own API by itself.');
  if (team !== undefined && !names.hasTeam(team)) report([...path, 'team'], noTeam(team));
  known(visible_teams, { has: names.hasTeam, path: [...path, 'visible_teams'], say: noTeam }, report);
  const sayApp = (id: string) => `There is no app ${id}, neither in this file nor at the server.`;
  known(introspectors, { has: names.hasApp, path: [...path, 'introspectors'], say: sayApp }, report);
  const namesIn = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  unique(namesIn(scopes), [...path, 'scopes'], report, 'A scope of this name');
  unique(namesIn(roles), [...path, 'roles'], report, 'A role of this name');
}

function checkHolders({ people, groups }: DeclaredRole, { path, names }: At, report: Report): void {
  known(people, { has: names.hasPerson, path: [...path, 'people'], say: noPerson }, report);
  const sayGroup = (name: string) => `There is no group ${name}, neither in this file nor at the server.`;
  known(groups, { has: names.hasGroup, path: [...path, 'groups'], say: sayGroup }, report);
}
