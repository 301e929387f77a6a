import type { HouseRules } from '../../access.ts';
import type { Path } from '../problems.ts';
import type { Current, WholeDeclaration } from '../read.ts';
import type { Declaration } from '../schema.ts';
import { checkApis } from './apis.ts';
import { checkApps } from './apps.ts';
import { checkPeople } from './people.ts';
import type { Report } from './report.ts';

export interface Misfit {
  readonly path: Path;
  readonly message: string;
}

/**
 * What is named twice, addresses that nobody can be sent to, and names that stand for nothing: neither in the file, nor in what
 * stays at the server.
 */
export function findMisfits(
  wanted: Declaration,
  current: Current,
  { prune, rules }: { prune: boolean; rules: HouseRules | undefined },
): Misfit[] {
  const misfits: Misfit[] = [];
  const report: Report = (path, message) => misfits.push({ path, message });
  const known = { current, rules, staying: prune ? stayingOf(wanted, current.declaration) : current.declaration };
  checkPeople(wanted, current, report);
  checkApis(wanted, known, report);
  checkApps(wanted, known, report);
  return misfits;
}

/** What is there before and is not named in the file, but stays: lists that the file leaves out. */
function stayingOf(wanted: Declaration, current: WholeDeclaration): WholeDeclaration {
  const scopesSaid = new Map(wanted.apis?.map(({ identifier, scopes }) => [identifier, scopes !== undefined]));
  const stays = ({ identifier }: { identifier: string }) => !wanted.apis || scopesSaid.has(identifier);
  return {
    version: current.version,
    branding: current.branding,
    groups: wanted.groups ? [] : current.groups,
    teams: wanted.teams ? [] : current.teams,
    apps: wanted.apps ? [] : current.apps,
    apis: current.apis.filter(stays).map((api) => (scopesSaid.get(api.identifier) ? { ...api, scopes: [] } : api)),
  };
}
