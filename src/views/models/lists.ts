import type { Shell } from '../shell.ts';

/** A page of a list: what is looked for, and where it goes on. */
export interface ListView {
  readonly search: string;
  readonly next: string | undefined;
  readonly first: string | undefined;
  /** How many there are, in words. */
  readonly count?: string;
  /** What of it can be chosen: what it is sorted by comes last. */
  readonly filters: readonly {
    readonly name: string;
    readonly label: string;
    readonly options: readonly { readonly value: string; readonly label: string; readonly chosen: boolean }[];
  }[];
  /** By what it can be sorted: where to, and which way it is now. */
  readonly columns: Readonly<
    Record<string, { readonly href: string; readonly sorted?: 'ascending' | 'descending' } | undefined>
  >;
  /** It has no head to sort it by, on a wide screen either. */
  readonly isCards: boolean;
  /** What else is in the address, and stays there. */
  readonly keep: Readonly<Record<string, string>>;
  /** Something is looked for, or chosen. */
  readonly narrowed: boolean;
}

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
