import type { FormView, Shell } from '../shell.ts';

export interface ScopeChoice {
  readonly name: string;
  readonly description: string;
  readonly needsRole: boolean;
  readonly checked: boolean;
}

export interface RoleViews {
  'roles/list': {
    shell: Shell;
    api: { name: string; href: string };
    mayChange: boolean;
    roles: readonly { href: string; name: string; description: string; scopes: string; holders: string }[];
    scopes: readonly ScopeChoice[];
    action: string;
    /** What to know before roles do anything: no scope asks for one. */
    advice: string | undefined;
    form: FormView;
  };
  'roles/role': {
    shell: Shell;
    api: { name: string; href: string; roles: string };
    href: string;
    name: string;
    description: string;
    version: string;
    /** A digest of what the role gives, which comes back with the forms. */
    shown: string;
    mayChange: boolean;
    scopes: readonly ScopeChoice[];
    people: readonly { name: string; email: string; disabled: boolean; remove: string }[];
    groups: readonly { name: string; remove: string }[];
    assignable: readonly { id: string; name: string }[];
    form: FormView;
  };
}
