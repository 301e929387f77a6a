import type { FormView, Shell } from '../shell.ts';
import type { AppHead, Badge, Option, Snippet } from './apps.ts';
import type { ListView } from './lists.ts';

export interface ScopeRow {
  readonly name: string;
  readonly description: string;
  readonly badges: readonly Badge[];
}

/** A scope that can be chosen. `hint` says what choosing it means. */
export interface ScopeOption {
  readonly name: string;
  readonly description: string;
  readonly hint: string;
  readonly checked: boolean;
}

/** What an app may use of an API, and what of it can be changed here. */
export interface SubscriptionView {
  readonly id: string;
  readonly title: string;
  readonly href: string | undefined;
  readonly detail: string;
  readonly team: string;
  readonly badge: Badge;
  readonly live: readonly string[];
  readonly waiting: WaitingView | undefined;
  /** What was said by whom, in a sentence. */
  readonly note: string | undefined;
  readonly links: readonly { readonly href: string; readonly label: string; readonly danger: boolean }[];
  /** What needs no question first. */
  readonly buttons: readonly { readonly action: string; readonly label: string }[];
  readonly version: string;
}

export interface WaitingView {
  readonly scopes: readonly string[];
  readonly sentence: string;
  readonly reason: string;
}

/** The head of every page of one API. */
export interface ApiHead {
  readonly name: string;
  readonly href: string;
  readonly identifier: string;
  readonly badges: readonly Badge[];
  /** Empty for those who just find it in the catalogue. */
  readonly tabs: readonly { readonly href: string; readonly label: string; readonly current: boolean }[];
}

export interface ScopeInput {
  readonly index: number;
  readonly name: string;
  readonly description: string;
  readonly approval: boolean;
  readonly role: boolean;
  /** Whether this line is the one that is wrong. */
  readonly problem: boolean;
}

export interface ApiFormView {
  readonly scopes: readonly ScopeInput[];
  readonly mostScopes: number;
  readonly teams: readonly Option[];
  readonly visibility: readonly Option[];
  readonly algorithms: readonly Option[];
  readonly rolesClaim: boolean;
  /** What happens at once when this is saved, and the field that says that one knows. */
  readonly warning: { readonly sentence: string; readonly confirmed: string } | undefined;
}

export interface ApiViews {
  'apis/list': {
    shell: Shell;
    apis: readonly {
      href: string;
      name: string;
      identifier: string;
      description: string;
      team: string;
      scopes: string;
      /** Empty for who does not have it. */
      subscribers: string;
      used: string;
      badges: readonly Badge[];
    }[];
    list: ListView;
    filters: readonly { href: string; label: string; current: boolean }[];
    mayPublish: boolean;
    /** The app that an API is looked for. */
    forApp: { id: string; name: string; href: string } | undefined;
  };
  'apis/show': {
    shell: Shell;
    api: ApiHead;
    description: string;
    docs: string | undefined;
    team: string;
    facts: readonly { label: string; value: string }[];
    suspended: string | undefined;
    scopes: readonly ScopeRow[];
    subscriptions: readonly SubscriptionView[];
    /** What can be asked for; undefined: this visitor has no app to ask for. */
    ask: { action: string; apps: readonly Option[]; scopes: readonly ScopeOption[]; form: FormView } | undefined;
    snippets: readonly Snippet[];
    mayWrite: boolean;
    isOrdinary: boolean;
  };
  'apis/protect': {
    shell: Shell;
    api: ApiHead;
    snippets: readonly Snippet[];
    mayCall: boolean;
    /** Which may call it with a real token. */
    apps: readonly Option[];
    form: FormView;
    newApp: string;
    action: string;
    command: { sentence: string; code: string } | undefined;
    /** What this server has seen of the API's verifier. */
    seen: { tone: string; badge: string; text: string; lines: readonly { label: string; value: string }[] };
  };
  'apis/new': { shell: Shell; form: FormView; fields: ApiFormView };
  'apis/edit': { shell: Shell; api: ApiHead; form: FormView; fields: ApiFormView; version: string };
  'apis/subscribers': {
    shell: Shell;
    api: ApiHead;
    subscriptions: readonly SubscriptionView[];
    list: ListView;
  };
  'apis/app': {
    shell: Shell;
    app: AppHead;
    subscriptions: readonly SubscriptionView[];
    list: ListView;
    choose: string;
  };
  'apis/narrow': {
    shell: Shell;
    title: string;
    crumbs: readonly { href: string; label: string }[];
    action: string;
    cancel: string;
    version: string;
    shown: string;
    scopes: readonly ScopeOption[];
    form: FormView;
  };
  'approvals/list': {
    shell: Shell;
    waiting: readonly {
      id: string;
      /** A digest of what the page says of it, which comes back with the form. */
      shown: string;
      version: string;
      app: string;
      appTeam: string;
      api: string;
      apiHref: string;
      sentence: string;
      reason: string;
      live: string;
      scopes: readonly ScopeOption[];
      mayDecide: boolean;
      note: string;
      problem: string | undefined;
    }[];
    list: ListView;
    /** More than one, so that they can be decided on together. */
    severalToDecide: boolean;
    /** About a request that is not on the page any more. */
    problem: string | undefined;
    decided: readonly { app: string; api: string; apiHref: string; badge: Badge; sentence: string; note: string }[];
  };
}
