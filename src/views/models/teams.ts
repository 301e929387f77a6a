import type { FormView, Shell } from '../shell.ts';
import type { ListView } from './lists.ts';

/** An invitation that the one who made it can pass on, shown once. */
export interface InvitedView {
  readonly email: string;
  /** How it gets to them. */
  readonly words: string;
  readonly link: string;
  readonly code: string;
}

export interface OpenInvitationView {
  readonly pick: string;
  readonly email: string;
  readonly role: string;
  readonly ends: string;
  readonly withdraw: string;
}

export interface MemberView {
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly roleName: string;
  /** A digest of who it is and what they are, which comes back with the form. */
  readonly shown: string;
  readonly since: string;
  readonly isSelf: boolean;
  readonly disabled: boolean;
  /** Where the form with the role goes. */
  readonly change: string;
  readonly remove: string;
}

export interface TeamViews {
  'teams/list': {
    shell: Shell;
    teams: readonly { href: string; name: string; role: string; members: string; since: string; suspended: boolean }[];
    list: ListView;
    invitations: readonly { accept: string; text: string; shown: string }[];
  };
  'teams/new': { shell: Shell; form: FormView };
  'teams/team': {
    shell: Shell;
    name: string;
    /** Where everything about it is. */
    href: string;
    created: string;
    /** Why it is suspended, in a sentence; undefined when it is not. */
    suspended: string | undefined;
    mayManage: boolean;
    mayLeave: boolean;
    maySuspend: boolean;
    members: readonly MemberView[];
    list: ListView;
    invitations: readonly OpenInvitationView[];
    apps: readonly { href: string; name: string; detail: string; stopped: boolean }[];
    apis: readonly { href: string; name: string; detail: string; stopped: boolean }[];
    /** Where something new of the team starts; undefined for who may not. */
    newApp: string | undefined;
    newApi: string | undefined;
    invited: InvitedView | undefined;
    /** What was wrong with the form that was sent. */
    form: FormView;
  };
  'teams/rename': { shell: Shell; href: string; name: string; version: string; form: FormView };
}

export interface JoinViews {
  /** For a code that is still to be entered. */
  'join/code': { form: FormView };
  /** For who has no account yet. */
  'join/account': { code: string; shown: string; what: string; email: string; form: FormView };
  /** For who has one. */
  'join/sign-in': { what: string; email: string; signedInAs: string | undefined };
  'join/done': Record<string, never>;
}
