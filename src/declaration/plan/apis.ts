import { deleteApi, suspendApi } from '../../apis/api-lifecycle.ts';
import { createApi } from '../../apis/apis.ts';
import { updateApi } from '../../apis/update-api.ts';
import { nameKey } from '../../names/names.ts';
import { apiId, type Ids, teamId } from '../ids.ts';
import type { Path } from '../problems.ts';
import type { DeclaredApi } from '../schema.ts';
import { type Change, differences, isOtherTeam, PHASES, sameSet } from './change.ts';
import { planIntrospectors } from './introspectors.ts';
import { planRoles } from './roles.ts';
import { actionScopes, planScopes } from './scopes.ts';

const theApi = (identifier: string) => `the API ${identifier}`;

const FIELDS = [
  'name',
  'team',
  'description',
  'docs_url',
  'token_lifetime',
  'signing_alg',
  'visibility',
  'roles_claim',
] as const;

export function planApis(current: readonly DeclaredApi[], wanted: readonly DeclaredApi[]): Change[] {
  const before = new Map(current.map((api) => [api.identifier, api]));
  const kept = new Set(wanted.map(({ identifier }) => identifier));
  return [
    ...wanted.flatMap((api, index) => planApi(before.get(api.identifier), api, ['apis', index])),
    ...current.filter(({ identifier }) => !kept.has(identifier)).map(removal),
  ];
}

function planApi(before: DeclaredApi | undefined, wanted: DeclaredApi, path: Path): Change[] {
  return [
    ...(before ? alteration(before, wanted, path) : creation(wanted, path)),
    ...stop(before, wanted, path),
    ...(before ? planScopes(before, wanted, path) : []),
    ...planRoles(before, wanted, path),
    ...planIntrospectors(before, wanted, path),
  ];
}

function creation(wanted: DeclaredApi, path: Path): Change[] {
  const { identifier, scopes = [] } = wanted;
  const run: Change['run'] = async ({ db, by, ids }) => {
    const input = { ...settingsOf(wanted, ids), identifier, scopes: actionScopes(scopes) };
    ids.apis.set(identifier, (await createApi(db, input, by)).id);
  };
  const fields = scopes.length > 0 ? [{ name: 'scopes', from: null, to: scopes.map(({ name }) => name) }] : [];
  const about = { what: 'api', subject: theApi(identifier), path, phase: PHASES.api } as const;
  return [{ ...about, action: 'create', fields, run }];
}

function alteration(before: DeclaredApi, wanted: DeclaredApi, path: Path): Change[] {
  const { identifier } = wanted;
  const keys = (names: readonly string[]) => names.map(nameKey);
  const fields = [
    ...differences(before, wanted, FIELDS).filter(isOtherTeam),
    ...(sameSet(keys(before.visible_teams), keys(wanted.visible_teams))
      ? []
      : [{ name: 'visible_teams', from: before.visible_teams, to: wanted.visible_teams }]),
  ];
  if (fields.length === 0) return [];
  const run: Change['run'] = ({ db, by, ids }) =>
    updateApi(db, { id: apiId(ids, identifier) }, settingsOf(wanted, ids), by);
  return [{ action: 'change', what: 'api', subject: theApi(identifier), fields, path, phase: PHASES.api, run }];
}

function settingsOf(api: DeclaredApi, ids: Ids) {
  return {
    name: api.name,
    description: api.description,
    docsUrl: api.docs_url,
    tokenLifetime: api.token_lifetime,
    signingAlg: api.signing_alg,
    visibility: api.visibility,
    visibleTeams: api.visible_teams.map((team) => teamId(ids, team)),
    rolesClaim: api.roles_claim,
    teamId: api.team === undefined ? null : teamId(ids, api.team),
  };
}

/** A file can stop an API, and never starts one: whoever stopped it had a reason. */
function stop(before: DeclaredApi | undefined, { identifier, suspended: reason }: DeclaredApi, path: Path): Change[] {
  if (reason === undefined || before?.suspended !== undefined) return [];
  const fields = [{ name: 'suspended', from: null, to: reason }];
  const run: Change['run'] = ({ db, by, ids }) => suspendApi(db, { id: apiId(ids, identifier) }, { reason }, by);
  return [{ action: 'change', what: 'api', subject: theApi(identifier), fields, path, phase: PHASES.stop, run }];
}

const removal = ({ identifier }: DeclaredApi): Change => ({
  action: 'remove',
  what: 'api',
  subject: theApi(identifier),
  note: 'its scopes, roles and subscriptions go, and its tokens are refused',
  phase: PHASES.removeApi,
  run: ({ db, by, ids }) => deleteApi(db, { id: apiId(ids, identifier) }, by),
});
