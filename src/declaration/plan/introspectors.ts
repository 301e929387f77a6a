import { allowIntrospection, endIntrospection } from '../../subscriptions/introspectors.ts';
import type { Path } from '../problems.ts';
import type { DeclaredApi } from '../schema.ts';
import { type Change, PHASES } from './change.ts';

/** Which apps are the resource servers of an API. */
export function planIntrospectors(
  before: DeclaredApi | undefined,
  { identifier: apiIdentifier, introspectors }: DeclaredApi,
  path: Path,
): Change[] {
  if (!introspectors) return [];
  const had = new Set(before?.introspectors);
  const kept = new Set(introspectors);
  const added = [...introspectors.entries()].filter(([, app]) => !had.has(app));
  const removed = [...had].filter((app) => !kept.has(app));
  return [
    ...added.map(
      ([index, clientId]): Change => ({
        action: 'create',
        what: 'introspector',
        subject: `introspection of ${apiIdentifier} by the app ${clientId}`,
        path: [...path, 'introspectors', index],
        phase: PHASES.afterSubscriptions,
        run: ({ db, by }) => allowIntrospection(db, { apiIdentifier, clientId }, by),
      }),
    ),
    ...removed.map(
      (clientId): Change => ({
        action: 'remove',
        what: 'introspector',
        subject: `introspection of ${apiIdentifier} by the app ${clientId}`,
        phase: PHASES.removeLinks,
        run: ({ db, by }) => endIntrospection(db, { apiIdentifier, clientId }, by),
      }),
    ),
  ];
}
