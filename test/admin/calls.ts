import type { TeamRole } from '../../src/db/tables/teams.ts';
import { aConsent } from '../support/factories.ts';
import type { TestServer } from '../support/server.ts';
import { arrange, inviteToAccount, setSubscription, signTheirsIn, suspend, unique, type World } from './world.ts';

/** How an operation is called in a world, and the least that it takes there. */
export interface Call {
  /**
   * A role in the team that owns everything in the world; `anyone`: whoever has a token with the scope, and gets what they
   * may see; `platform`: auditors to read, admins to change, and nobody else knows of it.
   */
  readonly least: TeamRole | 'anyone' | 'platform';
  readonly query?: string;
  /** What stands in the path in place of the world's own. */
  readonly path?: (world: World) => Partial<Record<string, string>>;
  readonly body?: (world: World) => unknown;
  /** What must be so before. */
  readonly before?: (server: TestServer, world: World) => Promise<unknown>;
}

const reason = () => ({ reason: 'A trial' });
const emptied = (server: TestServer, { app_id, api_id }: World) =>
  arrange(server, async (db) => {
    await db.deleteFrom('clients').where('id', '=', app_id).execute();
    await db.deleteFrom('apis').where('id', '=', api_id).execute();
  });

export const CALLS: Readonly<Record<string, Call>> = {
  getBranding: { least: 'platform' },
  updateBranding: { least: 'platform', body: () => ({ name: 'Acme ID', accent: '#7a1fa2' }) },

  listApps: { least: 'anyone', query: 'limit=100' },
  createApp: {
    least: 'developer',
    body: ({ team_id }) => ({ name: 'Made by a robot', type: 'machine', team_id }),
  },
  getApp: { least: 'viewer' },
  updateApp: { least: 'developer', body: () => ({ description: 'Changed', refresh_retry_seconds: 5 }) },
  deleteApp: { least: 'developer' },
  disableApp: { least: 'developer', body: reason },
  enableApp: {
    least: 'developer',
    before: (server, { app_id }) =>
      arrange(server, (db) =>
        db.updateTable('clients').set({ disabled_at: new Date() }).where('id', '=', app_id).execute(),
      ),
  },

  listSecrets: { least: 'viewer' },
  createSecret: { least: 'developer', body: () => ({ name: 'second', expires_at: tomorrow() }) },
  rotateSecret: { least: 'developer', body: () => ({ name: 'next', ends: { when: 'at', at: tomorrow() } }) },
  revokeSecret: { least: 'developer' },

  listApis: { least: 'anyone', query: 'limit=100' },
  createApi: {
    least: 'developer',
    body: ({ team_id }) => ({
      name: 'Made by a robot',
      identifier: `https://${unique()}.example.com`,
      scopes: [{ name: 'read', needs_approval: true }],
      visibility: 'selected',
      visible_teams: [team_id],
      team_id,
    }),
  },
  getApi: { least: 'viewer' },
  updateApi: { least: 'developer', body: () => ({ token_lifetime: 60, scopes: [{ name: 'reports:read' }] }) },
  deleteApi: { least: 'developer' },
  suspendApi: { least: 'developer', body: reason },
  resumeApi: { least: 'developer', before: (server, { api_id }) => suspend(server, 'apis', api_id) },
  listIntrospectors: { least: 'viewer' },
  addIntrospector: { least: 'developer' },
  removeIntrospector: {
    least: 'developer',
    before: (server, { api_id, app_id }) =>
      arrange(server, (db) => db.insertInto('api_introspectors').values({ api_id, client_id: app_id }).execute()),
  },

  listSubscriptions: { least: 'anyone', query: 'state=active&limit=100' },
  listWaitingRequests: {
    least: 'anyone',
    query: 'limit=100',
    // The oldest come first, and those of other worlds would fill the page.
    before: (server, { subscription_id }) =>
      arrange(server, (db) =>
        db.updateTable('subscriptions').set({ pending_scopes: null }).where('id', '!=', subscription_id).execute(),
      ),
  },
  listSubscriptionsOfApp: { least: 'viewer' },
  listSubscriptionsOfApi: { least: 'viewer' },
  requestSubscription: {
    least: 'developer',
    body: ({ app_id, identifier }) => ({ app_id, api: identifier, scopes: ['reports:read'] }),
    before: (server, world) => setSubscription(server, world, 'cancelled'),
  },
  getSubscription: { least: 'viewer' },
  approveSubscription: { least: 'developer', body: () => ({ scopes: ['reports:write'], note: 'Welcome' }) },
  denySubscription: { least: 'developer', body: () => ({ note: 'No' }) },
  withdrawSubscriptionRequest: { least: 'developer' },
  narrowSubscription: { least: 'developer', body: () => ({ scopes: ['reports:read'] }) },
  suspendSubscription: { least: 'developer', body: reason },
  resumeSubscription: { least: 'developer', before: (server, world) => setSubscription(server, world, 'suspended') },
  cancelSubscription: { least: 'developer', body: reason },

  listRoles: { least: 'viewer' },
  createRole: { least: 'developer', body: () => ({ name: 'Controller', scopes: ['reports:read'] }) },
  getRole: { least: 'viewer' },
  updateRole: { least: 'developer', body: () => ({ description: 'Whoever reads', scopes: [] }) },
  deleteRole: { least: 'developer' },
  listRoleHolders: { least: 'viewer' },
  giveRoleToAccount: {
    least: 'developer',
    path: ({ new_account_id }) => ({ account_id: new_account_id }),
    // Whom nobody in the team knows gets no role of them.
    before: (server, { app_id, new_account_id }) =>
      arrange(server, (db) =>
        aConsent({ db }, { accountId: new_account_id, clientId: app_id }, { oidcScopes: ['openid'], resources: {} }),
      ),
  },
  takeRoleFromAccount: { least: 'developer' },
  giveRoleToGroup: { least: 'developer' },
  takeRoleFromGroup: { least: 'developer' },

  listTeams: { least: 'anyone', query: 'limit=100' },
  createTeam: { least: 'anyone', body: () => ({ name: `Team ${unique()}` }) },
  getTeam: { least: 'viewer' },
  updateTeam: { least: 'owner', body: () => ({ name: `Team ${unique()}` }) },
  deleteTeam: { least: 'owner', before: emptied },
  suspendTeam: { least: 'platform', body: reason },
  resumeTeam: { least: 'platform', before: (server, { team_id }) => suspend(server, 'teams', team_id) },
  listMembers: { least: 'viewer' },
  changeMemberRole: { least: 'owner', body: () => ({ role: 'viewer' }) },
  removeMember: { least: 'owner' },
  listTeamInvitations: { least: 'viewer' },
  inviteIntoTeam: { least: 'owner', body: () => ({ email: `${unique()}@example.com`, role: 'developer' }) },
  withdrawTeamInvitation: { least: 'owner' },

  listUsers: { least: 'platform' },
  createUser: {
    least: 'platform',
    body: () => ({ email: `${unique()}@example.com`, name: 'Grace', password: 'correct horse battery staple' }),
  },
  getUser: { least: 'platform' },
  updateUser: { least: 'platform', body: () => ({ name: 'Grace', email: `${unique()}@example.com` }) },
  deleteUser: { least: 'platform' },
  disableUser: { least: 'platform', body: reason },
  enableUser: { least: 'platform' },
  setPlatformRole: { least: 'platform', body: () => ({ platform_role: 'auditor' }) },
  endSessions: { least: 'platform' },
  getSignUp: { least: 'platform' },
  changeSignUp: { least: 'platform', body: () => ({ mode: 'invitation' }) },
  makeResetLink: { least: 'platform', body: () => ({ by: 'hand' }) },
  requireNewPassword: { least: 'platform' },
  listSessions: { least: 'platform' },
  endSession: { least: 'platform', path: ({ session_id }) => ({ session_id }), before: signTheirsIn },
  listInvitations: { least: 'platform' },
  inviteUser: { least: 'platform', body: () => ({ email: `${unique()}@example.com` }) },
  withdrawInvitation: {
    least: 'platform',
    path: ({ account_invitation_id }) => ({ invitation_id: account_invitation_id }),
    before: inviteToAccount,
  },
  listGroups: { least: 'platform' },
  createGroup: { least: 'platform', body: () => ({ name: `Group ${unique()}` }) },
  getGroup: { least: 'platform' },
  updateGroup: { least: 'platform', body: () => ({ name: `Group ${unique()}` }) },
  deleteGroup: { least: 'platform' },
  listGroupMembers: { least: 'platform' },
  addGroupMember: { least: 'platform', path: ({ new_account_id }) => ({ account_id: new_account_id }) },
  removeGroupMember: { least: 'platform' },

  listRequestsOfApp: { least: 'viewer', query: 'show=failures' },
  getAppUsage: { least: 'viewer', query: 'period=24h' },
  getApiUsage: { least: 'viewer' },
  listAuditEvents: { least: 'platform', query: 'limit=100' },
};

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString();

/** The address of an operation in a world, below /api/v1. */
export function addressOf(template: string, { query, path }: Call, world: World): string {
  const names: Partial<Record<string, string>> = { ...world, ...path?.(world) };
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '');
  return query ? `${filled}?${query}` : filled;
}
