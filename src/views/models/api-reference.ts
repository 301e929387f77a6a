import type { FoundView, HelpFrame } from './help.ts';

/** Text with pieces of code in it. */
export type Prose = readonly { readonly text: string; readonly code: boolean }[];

/** What something is, with links to what is explained elsewhere. */
export type Kind = readonly { readonly text: string; readonly href: string | undefined }[];

export interface FieldView {
  readonly name: string;
  readonly kind: Kind;
  /** Where it goes: only of parameters. */
  readonly place: string;
  readonly needed: boolean;
  readonly words: Prose;
}

export interface OperationView {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: Prose;
  readonly scope: string;
  readonly parameters: readonly FieldView[];
  readonly body: { readonly name: string; readonly href: string; readonly fields: readonly FieldView[] } | undefined;
  readonly answers: readonly { readonly status: string; readonly kind: Kind; readonly words: Prose }[];
  readonly curl: string;
}

/** A resource with what can be done with it: a page of its own. */
export interface SectionView {
  readonly href: string;
  readonly title: string;
  readonly words: string;
  readonly operations: readonly OperationView[];
}

export interface ReferenceViews {
  /** How to begin, and where everything is. Each operation, object and error code has its anchor here, which leads on. */
  'admin/overview': {
    frame: HelpFrame;
    introduction: readonly Prose[];
    /** Where the operations are, and what tokens for them are for. */
    server: string;
    token: string;
    scopes: readonly { readonly name: string; readonly words: string }[];
    sections: readonly SectionView[];
    objects: readonly { readonly name: string; readonly href: string }[];
    errors: readonly {
      readonly code: string;
      readonly status: number;
      readonly message: string;
      readonly hint: string;
    }[];
    found: FoundView;
  };
  'admin/resource': { frame: HelpFrame; section: SectionView };
  'admin/objects': {
    frame: HelpFrame;
    objects: readonly { readonly name: string; readonly kind: Kind; readonly fields: readonly FieldView[] }[];
  };
}
