import { isDeepStrictEqual } from 'node:util';
import { updateApi } from '../../apis/update-api.ts';
import { apiId } from '../ids.ts';
import type { Path } from '../problems.ts';
import type { DeclaredApi, DeclaredScope } from '../schema.ts';
import { type Change, differences, PHASES, type Work } from './change.ts';

export const actionScopes = (scopes: readonly DeclaredScope[]) =>
  scopes.map(({ name, description, needs_approval, needs_role }) => ({
    name,
    description,
    needsApproval: needs_approval,
    needsRole: needs_role,
  }));

/**
 * The scopes of an API that is there. The action takes the whole list, so one change makes all additions, and another one
 * all removals; the others are for saying so.
 */
export function planScopes(before: DeclaredApi, { identifier, scopes }: DeclaredApi, path: Path): Change[] {
  if (!scopes) return [];
  const had = new Map(before.scopes?.map((scope) => [scope.name, scope]));
  const kept = new Set(scopes.map(({ name }) => name));
  const gone = [...had.values()].filter(({ name }) => !kept.has(name));
  const set =
    (list: readonly DeclaredScope[]) =>
    ({ db, by, ids }: Work) =>
      updateApi(db, { id: apiId(ids, identifier) }, { scopes: actionScopes(list) }, by);
  const subject = (name: string) => `the scope ${name} of ${identifier}`;
  const written = scopes.flatMap((scope, index) => {
    const old = had.get(scope.name);
    const fields = old ? differences(old, scope, ['description', 'needs_approval', 'needs_role']) : [];
    if (old && fields.length === 0) return [];
    const action = old ? ('change' as const) : ('create' as const);
    const place = { path: [...path, 'scopes', index], phase: PHASES.api };
    return [{ action, what: 'scope' as const, subject: subject(scope.name), fields, ...place }];
  });
  const dropped = gone.map(({ name }) => ({
    ...{ action: 'remove' as const, what: 'scope' as const, subject: subject(name), phase: PHASES.removeScope },
    note: 'apps and roles lose it at once',
  }));
  const added = written.length > 0 ? written : reordered(had, scopes, identifier, path);
  return [...onceFor(added, set([...scopes, ...gone])), ...onceFor(dropped, set(scopes))];
}

/** Just another order of what stays. What sets the scopes otherwise sets their order too. */
function reordered(
  had: ReadonlyMap<string, DeclaredScope>,
  scopes: readonly DeclaredScope[],
  identifier: string,
  path: Path,
): Omit<Change, 'run'>[] {
  const to = scopes.map(({ name }) => name);
  const from = [...had.keys()].filter((name) => to.includes(name));
  if (isDeepStrictEqual(from, to)) return [];
  const fields = [{ name: 'order of scopes', from, to }];
  const about = { action: 'change', what: 'api', subject: `the API ${identifier}` } as const;
  return [{ ...about, fields, path: [...path, 'scopes'], phase: PHASES.api }];
}

/** The first of them does it for all. */
function onceFor(changes: readonly Omit<Change, 'run'>[], run: Change['run']): Change[] {
  return changes.map((change, index) => ({ ...change, run: index === 0 ? run : async () => {} }));
}
