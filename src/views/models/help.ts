import type { Language } from '../highlight.ts';
import type { ListView } from './lists.ts';

/** HTML that was made of Markdown of ours, or code that stands between. */
export type HelpPiece = { readonly html: string } | { readonly code: string; readonly language: Language | undefined };

export interface HelpSection {
  /** In the language of the page, and not in that of the documentation. */
  readonly ours?: boolean;
  readonly anchor: string;
  readonly title: string;
  readonly depth: number;
}

interface PageLink {
  /** In the language of the page, and not in that of the documentation. */
  readonly ours?: boolean;
  readonly href: string;
  readonly label: string;
  readonly current: boolean;
}

/** The frame of the documentation and of the API reference: a list of pages, a search, and what is on the page. */
export interface HelpFrame {
  readonly area: 'docs' | 'reference';
  readonly groups: readonly { readonly title: string; readonly pages: readonly PageLink[] }[];
  readonly sections: readonly HelpSection[];
}

export interface FindingView {
  readonly href: string;
  readonly title: string;
  readonly of: string;
  readonly passage: readonly { readonly text: string; readonly found: boolean }[];
}

/** What was looked for, and what has it; nothing is looked for at first. */
export interface FoundView {
  readonly list: ListView;
  readonly findings: readonly FindingView[];
}

export interface HelpViews {
  /** The list of pages, or what a search has found. */
  'help/index': {
    frame: HelpFrame;
    groups: readonly {
      readonly title: string;
      readonly pages: readonly { readonly href: string; readonly title: string; readonly about: string }[];
    }[];
    found: FoundView;
  };
  'help/page': { frame: HelpFrame; title: string; pieces: readonly HelpPiece[] };
}
