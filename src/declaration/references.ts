import { emailKey } from '../accounts/accounts.ts';
import { groupNameKey } from '../accounts/groups.ts';
import { nameKey } from '../teams/teams.ts';
import type { Path } from './problems.ts';
import type { Current } from './read.ts';
import { ADMIN_API_NAME, type Declaration } from './schema.ts';

export interface Misfit {
  readonly path: Path;
  readonly message: string;
}

type Report = (path: Path, message: string) => void;

/** What is named twice, and names that stand for nothing, in the file or in the database. */
export function findMisfits(wanted: Declaration, current: Current): Misfit[] {
  const misfits: Misfit[] = [];
  const report: Report = (path, message) => misfits.push({ path, message });
  checkPeople(wanted, current, report);
  checkApis(wanted, current, report);
  checkApps(wanted, current, report);
  return misfits;
}

function unique(keys: readonly string[], path: Path, report: Report, what: string): void {
  for (const [index, key] of keys.entries()) {
    if (keys.indexOf(key) !== index) report([...path, index], `${what} is in this list twice.`);
  }
}

/** Reports each of some values that is not known. */
function known(
  values: readonly string[] | undefined,
  { has, path, say }: { has: (value: string) => boolean; path: Path; say: (value: string) => string },
  report: Report,
): void {
  for (const [index, value] of (values ?? []).entries()) if (!has(value)) report([...path, index], say(value));
}

const noPerson = (email: string) =>
  `There is nobody with the address ${email}. Create or invite them first (npx latchkey user create, user invite).`;

function checkPeople({ groups = [], teams = [] }: Declaration, { ids }: Current, report: Report): void {
  const has = (email: string) => ids.accounts.has(emailKey(email));
  unique(
    groups.map(({ name }) => groupNameKey(name)),
    ['groups'],
    report,
    'A group of this name',
  );
  for (const [index, { members }] of groups.entries()) {
    const path = ['groups', index, 'members'];
    unique((members ?? []).map(emailKey), path, report, 'This person');
    known(members, { has, path, say: noPerson }, report);
  }
  unique(
    teams.map(({ name }) => nameKey(name)),
    ['teams'],
    report,
    'A team of this name',
  );
  for (const [index, { members = [] }] of teams.entries()) {
    const path = ['teams', index, 'members'];
    unique(
      members.map(({ email }) => emailKey(email)),
      path,
      report,
      'This person',
    );
    known(
      members.map(({ email }) => email),
      { has, path, say: noPerson },
      report,
    );
  }
}

const noTeam = (name: string) => `There is no team ${name}, neither in this file nor at the server.`;

function checkApis(wanted: Declaration, { ids, declaration }: Current, report: Report): void {
  const { apis = [], apps = [], groups = [] } = wanted;
  unique(
    apis.map(({ identifier }) => identifier),
    ['apis'],
    report,
    'An API of this identifier',
  );
  const hasTeam = knownTeams(wanted, ids.teams);
  const hasApp = new Set([...apps, ...declaration.apps].map(({ id }) => id));
  const hasGroup = new Set([...groups.map(({ name }) => groupNameKey(name)), ...ids.groups.keys()]);
  for (const [index, api] of apis.entries()) {
    const path = ['apis', index] as const;
    if (api.identifier === ADMIN_API_NAME || ids.apis.get(api.identifier) === ids.apis.get(ADMIN_API_NAME)) {
      report([...path, 'identifier'], 'The server looks after its own API by itself.');
    }
    if (api.team !== undefined && !hasTeam(api.team)) report([...path, 'team'], noTeam(api.team));
    known(api.visible_teams, { has: hasTeam, path: [...path, 'visible_teams'], say: noTeam }, report);
    const sayApp = (id: string) => `There is no app ${id}, neither in this file nor at the server.`;
    known(api.introspectors, { has: (id) => hasApp.has(id), path: [...path, 'introspectors'], say: sayApp }, report);
    unique(
      (api.scopes ?? []).map(({ name }) => name),
      [...path, 'scopes'],
      report,
      'A scope of this name',
    );
    unique(
      (api.roles ?? []).map(({ name }) => name),
      [...path, 'roles'],
      report,
      'A role of this name',
    );
    for (const [at, role] of (api.roles ?? []).entries()) {
      const place = [...path, 'roles', at];
      const hasScope = (name: string) => scopesOf(api.identifier, wanted, declaration).has(name);
      const sayScope = (name: string) => `The API ${api.identifier} has no scope ${name}.`;
      known(role.scopes, { has: hasScope, path: [...place, 'scopes'], say: sayScope }, report);
      const hasPerson = (email: string) => ids.accounts.has(emailKey(email));
      known(role.people, { has: hasPerson, path: [...place, 'people'], say: noPerson }, report);
      const sayGroup = (name: string) => `There is no group ${name}, neither in this file nor at the server.`;
      const has = (name: string) => hasGroup.has(groupNameKey(name));
      known(role.groups, { has, path: [...place, 'groups'], say: sayGroup }, report);
    }
  }
}

function checkApps(wanted: Declaration, { ids, declaration }: Current, report: Report): void {
  const { apps = [], apis = [] } = wanted;
  unique(
    apps.map(({ id }) => id),
    ['apps'],
    report,
    'An app of this id',
  );
  const hasTeam = knownTeams(wanted, ids.teams);
  const hasApi = new Set([...apis.map(({ identifier }) => identifier), ...ids.apis.keys()]);
  const before = new Map(declaration.apps.map((app) => [app.id, app]));
  for (const [index, app] of apps.entries()) {
    const path = ['apps', index] as const;
    const type = before.get(app.id)?.type ?? app.type;
    if (type !== app.type) {
      report([...path, 'type'], `The type of an app cannot be changed, and this one is ${type}. Choose another id.`);
    }
    if (app.team !== undefined && !hasTeam(app.team)) report([...path, 'team'], noTeam(app.team));
    unique(app.redirect_uris, [...path, 'redirect_uris'], report, 'This address');
    unique(app.post_logout_redirect_uris, [...path, 'post_logout_redirect_uris'], report, 'This address');
    unique(
      (app.subscriptions ?? []).map(({ api }) => api),
      [...path, 'subscriptions'],
      report,
      'A subscription of this API',
    );
    for (const [at, { api, scopes }] of (app.subscriptions ?? []).entries()) {
      const place = [...path, 'subscriptions', at];
      if (!hasApi.has(api))
        report([...place, 'api'], `There is no API ${api}, neither in this file nor at the server.`);
      else if (api !== ADMIN_API_NAME) {
        const offered = scopesOf(api, wanted, declaration);
        const say = (name: string) => `The API ${api} has no scope ${name}.`;
        known(scopes, { has: (name) => offered.has(name), path: [...place, 'scopes'], say }, report);
      }
    }
    const usable = app.subscriptions ?? before.get(app.id)?.subscriptions ?? [];
    if (app.default_api !== undefined && !usable.some(({ api }) => api === app.default_api)) {
      report([...path, 'default_api'], 'The default API has to be among the subscriptions of the app.');
    }
  }
}

function knownTeams({ teams = [] }: Declaration, existing: ReadonlyMap<string, string>) {
  const keys = new Set([...teams.map(({ name }) => nameKey(name)), ...existing.keys()]);
  return (name: string) => keys.has(nameKey(name));
}

/** The scopes that an API will have, those included that the file does not name: they stay unless they are pruned. */
function scopesOf(identifier: string, wanted: Declaration, current: Declaration): Set<string> {
  const own = (declaration: Declaration) =>
    declaration.apis?.find((api) => api.identifier === identifier)?.scopes?.map(({ name }) => name) ?? [];
  return new Set([...own(wanted), ...own(current)]);
}
