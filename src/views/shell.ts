/** The frame around every page of the portal. */
export interface Shell {
  readonly account: { readonly name: string; readonly email: string };
  /** For every form on the page. */
  readonly csrf: string;
  /** Where one is, to come back to, without what the address asks; `/` on a page that answers a form. */
  readonly here: string;
  /** Where the documentation speaks of this page. */
  readonly help: string;
  readonly sections: readonly {
    readonly href: string;
    readonly label: string;
    readonly icon: string;
    readonly current: boolean;
    /** How much waits there, and what a screen reader says of it. */
    readonly badge: { readonly text: string; readonly more: string } | undefined;
  }[];
  /** One sentence about what has just been done. */
  readonly notice: string | undefined;
}

/** A form with what was typed into it and what is wrong with it. */
export interface FormView {
  readonly values: Readonly<Record<string, string | readonly string[]>>;
  /** In words, by field; `form` is about the whole. */
  readonly problems: Readonly<Record<string, string>>;
}
