import type { FormView, Shell } from '../shell.ts';
import type { ProfileView } from './account.ts';
import type { Badge } from './apps.ts';
import type { ListView } from './lists.ts';
import type { InvitedView, OpenInvitationView } from './teams.ts';

/** The pages of those who look after the whole server. */
export interface OperatorFrame {
  shell: Shell;
  tabs: readonly { readonly href: string; readonly label: string; readonly current: boolean }[];
  /** An auditor sees it all and changes nothing. */
  mayChange: boolean;
}

interface NameLink {
  readonly href: string;
  readonly name: string;
  readonly detail: string;
}

interface MailView {
  readonly to: string;
  readonly subject: string;
  readonly badge: Badge;
  readonly written: string;
  readonly sent: string;
  /** What the last error means, the words of who refused it, and how often and when again. */
  readonly problem: { readonly meaning: string; readonly said: string; readonly tries: string } | undefined;
  /** It can be sent again. */
  readonly unsent: boolean;
}

/** An app or a person, by name, and where the events about it are. */
export interface PartyView {
  readonly name: string;
  readonly href: string;
}

export interface AuditRow {
  readonly at: string;
  /** In words; undefined where there are none, and the type stands alone. */
  readonly what: string | undefined;
  readonly type: string;
  readonly typeHref: string;
  readonly by: { readonly name: string; readonly ip: string };
  readonly app: PartyView | undefined;
  readonly person: PartyView | undefined;
  readonly more: readonly string[];
  readonly requestId: string;
}

/** What the doctor has found of one kind. */
export interface HealthKind {
  readonly id: string;
  readonly severity: string;
  readonly tone: string;
  /** One sentence each. */
  readonly found: readonly string[];
  readonly more: string | undefined;
  readonly why: string;
  readonly fix: string;
  /** Where the portal has the page for it. */
  readonly href: string | undefined;
}

export interface OperatorViews {
  'operator/health': OperatorFrame & { verdict: string; kinds: readonly HealthKind[] };
  'operator/audit': OperatorFrame & {
    filter: Readonly<Partial<Record<'app' | 'person' | 'actor' | 'type' | 'from' | 'to', string | undefined>>>;
    events: readonly AuditRow[];
    list: ListView;
  };
  'operator/people': OperatorFrame & {
    people: readonly {
      href: string;
      name: string;
      email: string;
      role: string;
      seen: string;
      since: string;
      disabled: boolean;
    }[];
    list: ListView;
    invitations: readonly Omit<OpenInvitationView, 'role'>[];
    invited: InvitedView | undefined;
    form: FormView;
  };
  'operator/sign-up': OperatorFrame & {
    form: FormView;
    sendsMail: boolean;
    domains: string;
    modes: readonly { readonly value: string; readonly label: string; readonly chosen: boolean }[];
  };
  'operator/sessions': OperatorFrame & {
    name: string;
    href: string;
    sessions: readonly { where: string; network: string; since: string; seen: string; end: string }[];
  };
  'operator/person': OperatorFrame & {
    /** A link for a new password that was just made, to be handed over. */
    link: string | undefined;
    sendsMail: boolean;
    href: string;
    name: string;
    email: string;
    profile: ProfileView;
    id: string;
    since: string;
    disabled: string | undefined;
    sessions: string;
    platformRole: string;
    version: string;
    isSelf: boolean;
    teams: readonly NameLink[];
    roles: readonly NameLink[];
    groups: readonly NameLink[];
    form: FormView;
  };
  'operator/groups': OperatorFrame & {
    groups: readonly { href: string; name: string; people: string; since: string }[];
    list: ListView;
    form: FormView;
  };
  'operator/group': OperatorFrame & {
    href: string;
    name: string;
    version: string;
    /** A digest of what being in it means, which comes back with the form. */
    shown: string;
    members: readonly { href: string; name: string; email: string; since: string; disabled: boolean; remove: string }[];
    list: ListView;
    roles: readonly NameLink[];
    form: FormView;
  };
  'operator/outbox': OperatorFrame & {
    mails: readonly (MailView & { href: string; pick: string })[];
    list: ListView;
    keptDays: number;
    /** How many were refused or given up. */
    failed: number;
    /** What to know when no mail goes out. */
    advice: string | undefined;
  };
  'operator/mail': OperatorFrame & MailView & { text: string | undefined; href: string };
  'operator/teams': OperatorFrame & {
    teams: readonly { href: string; name: string; members: string; since: string; suspended: boolean }[];
    list: ListView;
  };
}
