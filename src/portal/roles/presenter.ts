import type { ScopeChoice } from '../../views/models/roles.ts';

/** A field that may come several times, as check boxes do. */
export function listOf(value: string | readonly string[] | undefined): string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : [...value];
}

export function toChoices(
  scopes: readonly { name: string; description: string; needs_role: boolean }[],
  checked: readonly string[],
): ScopeChoice[] {
  return scopes.map(({ name, description, needs_role: needsRole }) => ({
    name,
    description,
    needsRole,
    checked: checked.includes(name),
  }));
}

/** 2 people and 1 group */
export function holdersOf(role: { people: number | string | null; groups: number | string | null }): string {
  const people = counted(Number(role.people ?? 0), 'person', 'people');
  const groups = counted(Number(role.groups ?? 0), 'group', 'groups');
  return [people, groups].filter(Boolean).join(' and ') || 'nobody yet';
}

const counted = (count: number, one: string, many: string) =>
  count === 0 ? '' : `${count} ${count === 1 ? one : many}`;
