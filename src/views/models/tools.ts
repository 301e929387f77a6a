import type { FormView, Shell } from '../shell.ts';

interface MemberView {
  readonly name: string;
  readonly value: string;
  readonly words: string;
}

export interface InspectionView {
  readonly title: string;
  readonly tone: 'good' | 'warn' | 'bad';
  /** In a word, for the badge. */
  readonly label: string;
  readonly text: string;
  readonly facts: readonly { readonly label: string; readonly value: string; readonly code: boolean }[];
  /** Whether an API would take it; undefined for what is no JWT. */
  readonly verdict:
    | { readonly tone: 'good' | 'warn' | 'bad'; readonly text: string; readonly reason: string }
    | undefined;
  readonly checks: readonly {
    readonly name: string;
    readonly words: string;
    readonly tone: 'good' | 'bad' | '';
    readonly label: string;
  }[];
  readonly header: readonly MemberView[];
  readonly claims: readonly MemberView[];
}

export interface ToolViews {
  'tools/inspector': {
    shell: Shell;
    form: FormView;
    /** APIs to choose from. */
    apis: readonly { readonly identifier: string; readonly name: string }[];
    result: InspectionView | undefined;
  };
}
