import { inList } from '../../texts/moments.ts';
import { t } from '../../texts/texts.ts';
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
  const people = Number(role.people ?? 0);
  const groups = Number(role.groups ?? 0);
  const holders = [
    ...(people > 0 ? [t('roles.holdersPeople', { people })] : []),
    ...(groups > 0 ? [t('roles.holdersGroups', { groups })] : []),
  ];
  return holders.length > 0 ? inList(holders) : t('roles.holdersNone');
}
