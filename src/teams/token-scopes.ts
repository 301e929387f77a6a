import type { Action } from '../access.ts';

/** A scope of the admin API: what people read when an app asks for it, and the actions that it allows. */
interface AdminScope {
  readonly description: string;
  readonly actions: readonly Action[];
}

/**
 * The scopes of the admin API. A token with one of them allows these actions at most: whoever it stands for must be allowed
 * them as well.
 */
export const ADMIN_SCOPES = {
  'apps:read': { description: 'See apps and their secrets’ names and dates', actions: ['app.read'] },
  'apps:write': { description: 'Register, change and remove apps and secrets', actions: ['app.read', 'app.write'] },
  'apis:read': { description: 'See APIs, their scopes and roles', actions: ['api.read'] },
  'apis:write': { description: 'Publish, change and remove APIs', actions: ['app.read', 'api.read', 'api.write'] },
  'subscriptions:read': { description: 'See who may use which API', actions: ['app.read', 'api.read'] },
  'subscriptions:write': {
    description: 'Ask for, decide on and end subscriptions',
    actions: ['app.read', 'app.write', 'api.read', 'subscription.decide'],
  },
  'roles:read': { description: 'See roles and who has them', actions: ['api.read'] },
  'roles:write': { description: 'Change roles and who has them', actions: ['api.read', 'role.write'] },
  'teams:read': { description: 'See teams and their members', actions: ['team.read'] },
  'teams:write': {
    description: 'Change and suspend teams, change members and invitations',
    actions: ['team.read', 'team.write', 'team.suspend'],
  },
  'users:read': { description: 'See people and groups', actions: ['platform.read'] },
  'users:write': { description: 'Change people and groups', actions: ['platform.read', 'platform.write'] },
  'branding:read': { description: 'See the name, logo, color and links of this server', actions: ['platform.read'] },
  'branding:write': {
    description: 'Change the name, logo, color and links of this server',
    actions: ['platform.read', 'platform.write'],
  },
  'audit:read': { description: 'Read the audit trail', actions: ['platform.read'] },
} as const satisfies Record<string, AdminScope>;

export type AdminScopeName = keyof typeof ADMIN_SCOPES;

/** What a token with these scopes allows at most; scopes that are not of the admin API allow nothing. */
export function actionsOfScopes(scopes: readonly string[]): ReadonlySet<Action> {
  const known = scopes.filter((scope): scope is AdminScopeName => Object.hasOwn(ADMIN_SCOPES, scope));
  return new Set(known.flatMap((scope): readonly Action[] => ADMIN_SCOPES[scope].actions));
}
