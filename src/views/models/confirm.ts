import type { FormView, Shell } from '../shell.ts';

/** Where a page is, from the top. */
export type Crumbs = readonly { readonly href: string; readonly label: string }[];

export interface ConfirmView {
  shell: Shell;
  title: string;
  crumbs: Crumbs;
  /** What will happen, one sentence each. */
  consequences: readonly string[];
  /** Where a reason is asked for: what it is for. */
  reason?: string;
  /** For what cannot be undone: what has to be typed. */
  typed?: string;
  action: string;
  /** A digest of what the page says, which comes back with the form. */
  shown: string;
  button: string;
  cancel: string;
  form: FormView;
}

export interface ConfirmViews {
  'portal/confirm': ConfirmView;
}
