import type { Shell } from '../shell.ts';
import type { ListView } from './lists.ts';

/** What was found of one kind. */
export interface FoundGroup {
  readonly kind: string;
  readonly icon: string;
  readonly found: readonly { readonly href: string; readonly name: string; readonly detail?: string }[];
  /** The list that has more of it. */
  readonly more: string | undefined;
}

export interface SearchViews {
  'search/results': { shell: Shell; groups: readonly FoundGroup[]; list: ListView };
}
