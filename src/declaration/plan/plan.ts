import { createHash } from 'node:crypto';
import type { Current } from '../read.ts';
import type { Declaration } from '../schema.ts';
import { planApis } from './apis.ts';
import { planApps } from './apps.ts';
import { planBranding } from './branding.ts';
import type { Change } from './change.ts';
import { planGroups } from './groups.ts';
import { planTeams } from './teams.ts';

export interface Plan {
  /** In the order in which they are made. */
  readonly changes: readonly Change[];
  /** What the server has and the file does not, and what stays because nobody asked to remove it. */
  readonly left: readonly Change[];
}

/** What turns the server into what a file says. Kinds that the file does not name are not looked at. */
export function plan(
  { declaration: current, pictures }: Current,
  wanted: Declaration,
  { prune }: { prune: boolean },
): Plan {
  const all = [
    ...(wanted.branding ? planBranding(current.branding, pictures, wanted.branding) : []),
    ...(wanted.groups ? planGroups(current.groups, wanted.groups) : []),
    ...(wanted.teams ? planTeams(current.teams, wanted.teams) : []),
    ...(wanted.apis ? planApis(current.apis, wanted.apis) : []),
    ...(wanted.apps ? planApps(current.apps, wanted.apps) : []),
  ];
  const changes = prune ? all : all.filter(({ action }) => action !== 'remove');
  const left = prune ? [] : all.filter(({ action }) => action === 'remove');
  // Stable, so that what is of one phase stays in the order of the file.
  return { changes: changes.sort((first, second) => first.phase - second.phase), left };
}

/** A digest of what a plan says, changes and their old values, by which whoever has looked at it asks for just that. */
export function digestOfPlan({ changes, left }: Plan): string {
  const said = [changes, left].map((list) =>
    list.map(({ action, what, subject, fields, note }) => [action, what, subject, fields, note]),
  );
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, 22);
}
