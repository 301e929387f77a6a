import type { FormView, Shell } from '../shell.ts';
import type { Tab } from './apps.ts';

interface Option {
  readonly value: string;
  readonly label: string;
  readonly chosen: boolean;
}

/** What is in the fields of a profile. */
export interface ProfileView {
  readonly given_name?: string;
  readonly family_name?: string;
  readonly nickname?: string;
  readonly preferred_username?: string;
  readonly picture?: string;
}

/** The pages about one's own account. */
interface AccountFrame {
  shell: Shell;
  tabs: readonly Tab[];
}

export interface AccountViews {
  'account/overview': AccountFrame & {
    name: string;
    email: string;
    /** Since when it is confirmed; undefined when it is not. */
    verified: string | undefined;
    sendsMail: boolean;
    id: string;
    since: string;
    teams: string;
    platformRole: string | undefined;
  };
  'account/apps': AccountFrame & {
    apps: readonly {
      readonly name: string;
      /** Where its logo is. */
      readonly logo: string | undefined;
      /** Whose app it is. */
      readonly by: string;
      /** What it may do, in words, by API. */
      readonly may: readonly { readonly name: string; readonly scopes: readonly string[] }[];
      /** What they were asked for and did not give. */
      readonly leftOut: readonly string[];
      /** Also while the person is away. */
      readonly away: boolean;
      readonly since: string;
      readonly used: string;
      readonly disconnect: string;
    }[];
  };
  'account/sessions': AccountFrame & {
    sessions: readonly {
      readonly where: string;
      readonly network: string;
      readonly since: string;
      readonly seen: string;
      readonly isThis: boolean;
      readonly end: string;
    }[];
    hasOthers: boolean;
  };
  'account/security': AccountFrame & {
    /** What happened to the account lately, the newest first. */
    events: readonly { readonly what: string; readonly at: string; readonly where: string }[];
    factors: {
      readonly totp: { readonly isOn: boolean; readonly state: string };
      readonly passkeys: readonly { readonly name: string; readonly state: string; readonly remove: string }[];
      /** How many are left, for who has a second factor. */
      readonly recoveryCodes: string | undefined;
    };
  };
  'account/passkey': { shell: Shell; form: FormView };
  'account/recovery-codes': {
    shell: Shell;
    /** One a line, when they were made just now. */
    codes: string | undefined;
    /** How many there are. */
    left: string;
  };
  'account/totp': {
    shell: Shell;
    form: FormView;
    /** In groups, for who types it. */
    seed: string;
    qr: { readonly size: number; readonly path: string };
    email: string;
  };
  'account/password': AccountFrame & { form: FormView; email: string };
  'account/address': AccountFrame & { form: FormView; email: string; sendsMail: boolean };
  'account/profile': AccountFrame & {
    form: FormView;
    name: string;
    email: string;
    profile: ProfileView;
    /** Whoever has a user name keeps it. */
    usernameStays: boolean;
    version: string;
  };
  'portal/preferences': AccountFrame & {
    form: FormView;
    languages: readonly Option[];
    timeZones: readonly Option[];
    /** What time it is in the time zone of now. */
    now: string;
  };
}

/** Pages of one-time links; nobody need be signed in. */
export interface LinkViews {
  /** For the code of a link, which a script fills in. */
  'links/code': {
    title: string;
    lead: string;
    /** What the code does, where it does it at once. */
    button: string;
    action: string;
    form: FormView;
    /** Where a new link is asked for. */
    again: { href: string; label: string } | undefined;
  };
  'links/forgot': { form: FormView; back: string | undefined; sendsMail: boolean };
  /** Something is on its way, or done. */
  'links/done': { title: string; lead: string; next: { href: string; label: string } | undefined };
  'links/sign-up': {
    form: FormView;
    isOpen: boolean;
    /** The domains of addresses that may; undefined for all. */
    only: string | undefined;
  };
  'links/account': { code: string; email: string; form: FormView };
  'links/reset': { code: string; email: string; form: FormView };
}
