import type { HouseRules } from '../../access.ts';
import { nameKey } from '../../names/names.ts';
import type { Path } from '../problems.ts';
import type { Current, WholeDeclaration } from '../read.ts';
import type { Declaration } from '../schema.ts';

export type Report = (path: Path, message: string) => void;

/** Reports what is in a list twice, by its keys. */
export function unique(keys: readonly string[], path: Path, report: Report, what: string): void {
  const seen = new Set<string>();
  for (const [index, key] of keys.entries()) {
    if (seen.has(key)) report([...path, index], `${what} is in this list twice.`);
    seen.add(key);
  }
}

/** Reports each of some values that is not known. */
export function known(
  values: readonly string[] | undefined,
  { has, path, say }: { has: (value: string) => boolean; path: Path; say: (value: string) => string },
  report: Report,
): void {
  for (const [index, value] of (values ?? []).entries()) if (!has(value)) report([...path, index], say(value));
}

export const noPerson = (email: string) =>
  `There is nobody with the address ${email}. Create or invite them first (npx latchkey user create, user invite).`;

export const noTeam = (name: string) => `There is no team ${name}, neither in this file nor at the server.`;

/** What there is, and which part of it stays beside what the file says. */
export interface Known {
  readonly current: Current;
  readonly staying: WholeDeclaration;
  readonly rules: HouseRules | undefined;
}

export function knownTeams({ teams = [] }: Declaration, { staying }: Known) {
  const keys = new Set([...teams, ...staying.teams].map(({ name }) => nameKey(name)));
  return (name: string) => keys.has(nameKey(name));
}

/** The scopes that an API will have, by its identifier. */
export function scopesOf(wanted: Declaration, staying: Declaration): (identifier: string) => ReadonlySet<string> {
  const scopes = new Map<string, Set<string>>();
  for (const { identifier, scopes: own = [] } of [...(wanted.apis ?? []), ...(staying.apis ?? [])]) {
    const known = scopes.get(identifier) ?? new Set();
    for (const { name } of own) known.add(name);
    scopes.set(identifier, known);
  }
  return (identifier) => scopes.get(identifier) ?? new Set();
}
