import { createRole, deleteRole, updateRole } from '../../roles/roles.ts';
import { apiId, pair, roleId } from '../ids.ts';
import type { Path } from '../problems.ts';
import type { DeclaredApi, DeclaredRole } from '../schema.ts';
import { type Change, differences, PHASES, sameSet } from './change.ts';
import { planHolders } from './holders.ts';

export function planRoles(before: DeclaredApi | undefined, { identifier, roles }: DeclaredApi, path: Path): Change[] {
  if (!roles) return [];
  const had = new Map(before?.roles?.map((role) => [role.name, role]));
  const kept = new Set(roles.map(({ name }) => name));
  const gone = [...had.values()].filter(({ name }) => !kept.has(name));
  return [
    ...roles.flatMap((role, index) =>
      planRole(had.get(role.name), role, { api: identifier, path: [...path, 'roles', index] }),
    ),
    ...gone.map(
      ({ name }): Change => ({
        action: 'remove',
        what: 'role',
        subject: `the role ${name} of ${identifier}`,
        phase: PHASES.removeRole,
        run: ({ db, by, ids }) => deleteRole(db, roleId(ids, identifier, name), by),
      }),
    ),
  ];
}

function planRole(before: DeclaredRole | undefined, wanted: DeclaredRole, at: { api: string; path: Path }): Change[] {
  const { name, description, scopes } = wanted;
  const about = { what: 'role', subject: `the role ${name} of ${at.api}`, path: at.path, phase: PHASES.role } as const;
  const holders = planHolders(before, wanted, at);
  if (!before) {
    const run: Change['run'] = async ({ db, by, ids }) => {
      const role = await createRole(db, apiId(ids, at.api), { name, description, scopes }, by);
      ids.roles.set(pair(at.api, name), role.id);
    };
    const fields = scopes.length > 0 ? [{ name: 'scopes', from: null, to: scopes }] : [];
    return [{ ...about, action: 'create', fields, run }, ...holders];
  }
  const fields = [
    ...differences(before, wanted, ['description']),
    ...(sameSet(before.scopes, scopes) ? [] : [{ name: 'scopes', from: before.scopes, to: scopes }]),
  ];
  if (fields.length === 0) return holders;
  const run: Change['run'] = ({ db, by, ids }) =>
    updateRole(db, roleId(ids, at.api, name), { description, scopes }, by);
  return [{ ...about, action: 'change', fields, run }, ...holders];
}
