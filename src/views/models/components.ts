import type { Language } from '../highlight.ts';
import type { FormView, Shell } from '../shell.ts';
import type { Theme } from '../theme.ts';
import type { Badge, Option, Snippet, Tab } from './apps.ts';
import type { Crumbs } from './confirm.ts';
import type { ListView } from './lists.ts';
import type { BarsView, SparkView } from './usage.ts';

/** HTML that a template has made with `capture`, never what somebody wrote. */
type Html = string;

export interface ButtonView {
  readonly label: string;
  /** What only a screen reader says, behind the label: what it is about. */
  readonly more?: string;
  /** Makes it a link; otherwise it sends its form. */
  readonly href?: string;
  /** `primary`, `danger`, `plain` and `small`, with spaces in between; `danger final` for what a confirmation does. */
  readonly kind?: string;
  readonly icon?: string;
  readonly current?: boolean;
  readonly name?: string;
  readonly value?: string;
  readonly formaction?: string;
  /** Sends the form as it is, also while something is missing. */
  readonly unchecked?: boolean;
}

interface FieldView {
  readonly form: FormView;
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
}

interface PairView {
  readonly label: string;
  readonly value: string;
  /** It is an identifier. */
  readonly code?: boolean;
  readonly href?: string;
  readonly badge?: Badge;
}

/** The components of pages by name, with what each needs. Templates call them by `use`; views/components has the HTML. */
export interface ComponentModels {
  'page-head': {
    readonly title: string;
    readonly lead?: string | { readonly html: Html };
    readonly crumbs?: Crumbs;
    readonly picture?: string | undefined;
    /** A line of facts: an identifier, badges. */
    readonly facts?: Html;
    /** The one primary action of the page. */
    readonly action?: ButtonView | false;
    readonly actions?: Html;
    readonly tabsLabel?: string;
    readonly tabs?: readonly Tab[];
  };
  tabs: { readonly label: string; readonly tabs: readonly Tab[] };
  crumbs: { readonly crumbs: Crumbs };
  panel: {
    readonly title?: string;
    readonly id?: string;
    /** `danger-zone` for what ends something. */
    readonly kind?: string;
    readonly badge?: Badge;
    readonly actions?: Html;
    readonly body: Html;
  };
  pairs: { readonly pairs: readonly PairView[] };
  table: {
    readonly kind?: string;
    readonly caption?: string;
    readonly count?: string;
    readonly columns: readonly {
      readonly label: string;
      readonly number?: boolean;
      /** Its label is for screen readers. */
      readonly hidden?: boolean;
      /** Sorts by it. */
      readonly href?: string;
      readonly sorted?: 'ascending' | 'descending';
    }[];
    readonly rows: readonly { readonly over?: boolean; readonly cells: readonly Html[] }[];
  };
  search: {
    readonly action: string;
    readonly fields: readonly {
      readonly name: string;
      readonly label: string;
      readonly value: string;
      /** A day, in place of words. */
      readonly type?: 'date';
      readonly maxlength?: number;
      readonly placeholder?: string;
    }[];
    readonly keep?: Readonly<Record<string, string>>;
    /** The list that it is for: it has the id `list`, and follows what is typed and chosen. */
    readonly list?: ListView;
  };
  /** Ticks a row of a list, for the component `bulk`. */
  pick: { readonly value: string; readonly name: string };
  /** What can be done with the ticked rows; one of it on a page. */
  bulk: {
    readonly action: string;
    readonly csrf: string;
    readonly hidden?: Readonly<Record<string, string>>;
    readonly buttons: readonly ButtonView[];
  };
  pages: { readonly next: string | undefined; readonly first: string | undefined; readonly label?: string };
  empty: {
    readonly icon?: string;
    readonly title: string;
    readonly text?: string;
    readonly body?: Html;
    readonly action?: ButtonView | false;
  };
  field: FieldView & {
    readonly type?: string;
    readonly value?: string;
    readonly required?: boolean;
    readonly autocomplete?: string;
    readonly maxlength?: number;
    readonly rows?: number;
    readonly placeholder?: string;
    readonly datalist?: string;
    readonly spellcheck?: string;
    /** Not called optional, because that depends. */
    readonly unmarked?: boolean;
  };
  select: Omit<FieldView, 'form'> & { readonly form?: FormView; readonly options: readonly Option[] };
  choices: {
    readonly legend: string;
    readonly name: string;
    readonly options: readonly Option[];
    readonly form?: FormView;
  };
  'scope-picker': {
    readonly legend: string;
    readonly prefix: string;
    readonly scopes: readonly { name: string; description: string; checked: boolean; hint?: string; badge?: Badge }[];
    readonly problem?: string | undefined;
    readonly none?: string;
  };
  'form-problem': { readonly form: FormView };
  button: ButtonView;
  /** The first button of a form that has several: what Enter presses in a field. */
  'default-button': Record<string, never>;
  /** Asks for a part of its form anew while one types in a field; live.js does that, and a click without it. */
  'live-search': { readonly formaction: string; readonly shows: string; readonly field: string };
  badge: Badge;
  badges: { readonly badges: readonly Badge[] };
  notice: { readonly tone: 'done' | 'advice' | 'problem'; readonly text?: string; readonly body?: Html };
  confirmation: {
    readonly action: string;
    readonly hidden: Readonly<Record<string, string>>;
    /** What stops working, one sentence each. */
    readonly consequences: readonly string[];
    readonly button: string;
    readonly cancel: string;
    readonly form?: FormView;
    /** What has to be typed, with `form`, for what cannot be undone. */
    readonly typed?: string;
    readonly body?: Html;
  };
  menu: {
    readonly label: string;
    /** What only a screen reader says, behind the label: what it is about. */
    readonly more?: string;
    readonly icon?: string;
    readonly kind?: string;
    /** The label is for screen readers: the icon says it. */
    readonly hidden?: boolean;
    readonly items: readonly { href: string; label: string; icon?: string; danger?: boolean }[];
  };
  languages: { readonly here: string };
  colors: { readonly theme: Theme; readonly here: string };
  'account-menu': { readonly shell: Shell; readonly theme: string };
  identifier: { readonly value: string; readonly what: string };
  'copy-button': { readonly what: string; readonly label?: string };
  code: { readonly code: string; readonly label?: string; readonly language?: Language; readonly secret?: boolean };
  'code-tabs': { readonly name: string; readonly legend: string; readonly tabs: readonly Snippet[] };
  secret: { readonly words: string; readonly value: string; readonly label: string };
  stat: { readonly figure: string; readonly label: string; readonly tone?: 'bad' };
  chart: BarsView;
  spark: SparkView;
  timeline: {
    readonly events: readonly { text?: string; body?: Html; ago: string; at?: string; tone?: 'good' | 'bad' }[];
  };
  avatar: { readonly name: string; readonly picture?: string; readonly square?: boolean };
  who: { readonly account: { readonly name: string; readonly email: string } };
}

/** One component in one of its states, for the page that shows them all. */
export type Example = {
  [Name in keyof ComponentModels]: {
    readonly component: Name;
    readonly state: string;
    readonly model: ComponentModels[Name];
  };
}[keyof ComponentModels];

export interface ComponentViews {
  /** Every component in every state; in development only. */
  'development/components': {
    shell: Shell;
    groups: readonly { readonly component: string; readonly examples: readonly Example[] }[];
  };
}
