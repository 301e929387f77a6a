/** Text with pieces of code in it. */
export type Prose = readonly { readonly text: string; readonly code: boolean }[];

/** What something is, with links to what is explained elsewhere on the page. */
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
  readonly body: { readonly name: string; readonly fields: readonly FieldView[] } | undefined;
  readonly answers: readonly { readonly status: string; readonly kind: Kind; readonly words: Prose }[];
  readonly curl: string;
}

export interface ReferenceViews {
  'admin/docs': {
    title: string;
    introduction: readonly Prose[];
    /** Where the operations are, and what tokens for them are for. */
    server: string;
    token: string;
    scopes: readonly { readonly name: string; readonly words: string }[];
    sections: readonly {
      readonly id: string;
      readonly title: string;
      readonly words: string;
      readonly operations: readonly OperationView[];
    }[];
    objects: readonly { readonly name: string; readonly kind: Kind; readonly fields: readonly FieldView[] }[];
    errors: readonly {
      readonly code: string;
      readonly status: number;
      readonly message: string;
      readonly hint: string;
    }[];
  };
}
