import type { Language } from '../highlight.ts';
import type { FormView, Shell } from '../shell.ts';
import type { ListView } from './lists.ts';

export interface Badge {
  readonly text: string;
  readonly tone: 'good' | 'warn' | 'bad' | '';
}

/** One of the pages about the same thing. */
export interface Tab {
  readonly href: string;
  readonly label: string;
  readonly current: boolean;
}

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly chosen: boolean;
  /** In a sentence, where there is room for one. */
  readonly sentence?: string;
}

/** The head of every page about one app. */
export interface AppHead {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly logo: string | undefined;
  readonly purpose: string;
  readonly badges: readonly Badge[];
  readonly mayWrite: boolean;
  readonly tabs: readonly Tab[];
}

export interface Snippet {
  readonly label: string;
  readonly language: Language;
  /** How to run it, in words. */
  readonly how: string;
  readonly code: string;
}

/** A credential that is shown this once. */
export interface Credential {
  readonly secret: string;
  readonly words: string;
}

interface ClaimRow {
  readonly name: string;
  readonly value: string;
  readonly words: string;
}

/** What the token endpoint said when the app's credential was tried. */
export type Tried =
  | { ok: true; token: string; sentence: string; header: readonly ClaimRow[]; claims: readonly ClaimRow[] }
  | { ok: false; error: string; description: string; advice: string };

export interface SecretRow {
  readonly id: string;
  readonly name: string;
  /** Its last four characters; undefined for one from before they were kept. */
  readonly end: string | undefined;
  readonly badge: Badge;
  readonly created: string;
  readonly expires: string;
  readonly used: string;
  /** What the evidence says, in a sentence; empty when there is nothing to say. */
  readonly advice: string;
  readonly over: boolean;
  readonly rotateHref: string;
  readonly revokeHref: string;
}

/** A field of the form with an app's settings; its value is the form's. */
export interface SettingField {
  readonly name: string;
  readonly kind: 'text' | 'list' | 'choice' | 'switch' | 'number';
  readonly label: string;
  readonly hint: string | undefined;
  /** More of an input: its rows, its longest value. */
  readonly input: Readonly<Record<string, string | number | boolean>>;
  /** Of a choice. */
  readonly options: readonly Option[];
  /** Of a switch. */
  readonly on: boolean;
}

type Pairs = readonly { readonly label: string; readonly value: string; readonly code: boolean }[];

/** APIs, each with what an app can ask for. */
export interface ApiOffers {
  /** What was looked for. */
  readonly search: string;
  readonly offers: readonly {
    readonly name: string;
    readonly identifier: string;
    readonly facts: string;
    /** Its scopes are to be seen at once. */
    readonly open: boolean;
    readonly scopes: readonly {
      /** The value of its box. */
      readonly box: string;
      readonly name: string;
      readonly description: string;
      readonly hint: string;
      /** The owner of the API is asked first. */
      readonly waits: boolean;
      readonly checked: boolean;
    }[];
  }[];
  /** There are others like that. */
  readonly more: boolean;
}

export interface AppViews {
  'apps/list': {
    shell: Shell;
    apps: readonly {
      href: string;
      id: string;
      name: string;
      logo: string | undefined;
      purpose: string;
      team: string;
      used: string;
      created: string;
      badges: readonly Badge[];
    }[];
    list: ListView;
  };
  'apps/new': {
    shell: Shell;
    form: FormView;
    purposes: readonly Option[];
    teams: readonly Option[];
    /** What it can ask for at once. */
    apis: ApiOffers;
    /** The team that is started along with the app, for who is in none. An administrator's is the operator's then. */
    newTeam: string | undefined;
  };
  'apps/show': {
    shell: Shell;
    app: AppHead;
    description: string;
    facts: Pairs;
    stopped: string | undefined;
    issuer: string;
    /** What keeps it from tokens. */
    missing: readonly { text: string; href: string; action: string }[];
    snippets: readonly Snippet[];
  };
  'apps/credentials': {
    shell: Shell;
    app: AppHead;
    issuer: string;
    kind: 'secrets' | 'keys' | 'none';
    secrets: readonly SecretRow[];
    keys: readonly string[];
    jwksUri: string | undefined;
  };
  'apps/credential': {
    shell: Shell;
    app: AppHead;
    title: string;
    /** What keeps it from a token for an API; undefined when nothing does. */
    missing: { text: string; href: string; action: string } | undefined;
    credential: Credential | undefined;
    /** No secret is needed. */
    isPublic: boolean;
    env: Snippet;
    snippets: readonly Snippet[];
    canTry: boolean;
    apis: readonly Option[];
    tried: Tried | undefined;
  };
  'apps/settings': {
    shell: Shell;
    app: AppHead;
    form: FormView;
    version: string;
    fields: Readonly<Record<'about' | 'signIn' | 'more', readonly SettingField[]>>;
    apis: readonly Option[];
    logoHint: string;
    logoProblem: string | undefined;
    stopped: boolean;
  };
  'apps/authentication': {
    shell: Shell;
    app: AppHead;
    form: FormView;
    version: string;
    methods: readonly Option[];
    warning: string | undefined;
  };
  'apps/new-secret': {
    shell: Shell;
    app: AppHead;
    form: FormView;
    lifetimes: readonly Option[];
    /** The secret that it is to replace. */
    old: { id: string; name: string; action: string } | undefined;
    endings: readonly Option[];
  };
  'apps/revoke-secret': { shell: Shell; app: AppHead; secret: SecretRow; isLast: boolean; action: string };
  'apps/end': {
    shell: Shell;
    app: AppHead;
    form: FormView;
    kind: 'disable' | 'delete';
    title: string;
    consequences: readonly string[];
    action: string;
    button: string;
    /** A digest of what the page says, which comes back with the form. */
    shown: string;
    asksReason: boolean;
    /** What has to be typed. */
    typed?: string;
  };
}
