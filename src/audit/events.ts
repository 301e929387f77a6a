export type { Actor } from '../access.ts';

/** What happens to an app's subscription of an API. */
export type SubscriptionEvent =
  | { type: 'subscription.requested'; live: readonly string[]; waiting: readonly string[] }
  | { type: 'subscription.withdrawn' | 'subscription.resumed' }
  | { type: 'subscription.approved'; scopes: readonly string[]; refused: readonly string[] }
  | { type: 'subscription.denied'; scopes: readonly string[] }
  | { type: 'subscription.narrowed'; removed: readonly string[] }
  | { type: 'subscription.suspended' | 'subscription.cancelled'; reason: string };

/** What a person can have besides a password. */
export type Factor = 'totp' | 'recovery_code' | 'passkey';

/** Everything that is written to the audit trail. No event carries a secret, a token or a code. */
export type AuditEvent =
  | { type: 'api.created'; apiId: string; identifier: string }
  | { type: 'api.updated'; apiId: string; fields: readonly string[]; removedScopes: readonly string[] }
  | { type: 'api.suspended'; apiId: string; reason: string }
  | { type: 'api.resumed'; apiId: string }
  | { type: 'api.deleted'; apiId: string; identifier: string }
  | (SubscriptionEvent & { subscriptionId: string; clientId: string; apiId: string })
  | { type: 'client.created'; clientId: string; name: string; clientType: string; teamId?: string }
  | { type: 'client.updated'; clientId: string; changed: readonly string[] }
  | { type: 'client.deleted'; clientId: string; name: string }
  | { type: 'client.verified'; clientId: string }
  | { type: 'client.unverified'; clientId: string; because?: 'name' | 'redirect_uris' | 'logo' }
  | { type: 'client.logo_changed'; clientId: string }
  | { type: 'client.logo_removed'; clientId: string }
  | { type: 'client.subscribed'; clientId: string; apiId: string; scopes: readonly string[] }
  | { type: 'client.secret_added'; clientId: string; secretId: string; name: string }
  | { type: 'client.secret_removed'; clientId: string; secretId: string }
  | {
      type: 'client.secret_rotated';
      clientId: string;
      secretId: string;
      successorId: string;
      ends: 'now' | 'at' | 'after' | 'first_use';
    }
  | { type: 'client.secret_ended'; clientId: string; secretId: string; successorId: string }
  | { type: 'client.authentication_failed'; clientId: string }
  | { type: 'account.created'; accountId: string }
  | { type: 'account.updated'; accountId: string; fields: readonly string[] }
  | { type: 'account.deleted'; accountId: string }
  | { type: 'account.signed_in'; accountId: string; clientId?: string; secondFactor?: Factor }
  | {
      type: 'account.sign_in_failed';
      accountId?: string;
      reason: 'unknown' | 'password' | 'disabled' | 'throttled' | 'second_factor';
    }
  | { type: 'account.factor_added' | 'account.factor_removed'; accountId: string; factor: Factor }
  | { type: 'account.recovery_codes_made'; accountId: string }
  | { type: 'account.signed_out'; accountId: string }
  | {
      type: 'consent.given';
      accountId: string;
      clientId: string;
      scopes: readonly string[];
      leftOut?: readonly string[];
    }
  | { type: 'consent.denied'; accountId: string; clientId: string }
  | { type: 'code.exchanged'; clientId: string; accountId: string; grantId: string }
  | { type: 'device.connected'; clientId: string; accountId: string; grantId: string }
  | { type: 'device.denied'; clientId: string; accountId?: string }
  | { type: 'device.exchanged'; clientId: string; accountId: string; grantId: string }
  | { type: 'user_code.refused'; reason: 'unknown' | 'throttled' }
  | { type: 'refresh.rotated'; clientId: string; accountId: string; grantId: string }
  | { type: 'refresh.retried'; clientId: string; grantId?: string }
  | {
      type: 'grant.revoked';
      clientId?: string;
      grantId: string;
      reason: 'reuse' | 'revocation' | 'sign_out' | 'consent';
    }
  | { type: 'token.revoked'; clientId: string; jti: string }
  | { type: 'client.tokens_ended'; clientId: string; revoked: number }
  | { type: 'database.restored'; reason: string }
  | { type: 'client.disabled'; clientId: string; reason: string }
  | { type: 'client.enabled'; clientId: string }
  | { type: 'api.introspector_added'; apiId: string; clientId: string }
  | { type: 'api.introspector_removed'; apiId: string; clientId: string }
  | { type: 'account.disabled'; accountId: string; reason: string }
  | { type: 'account.enabled'; accountId: string }
  | { type: 'account.password_changed'; accountId: string }
  | { type: 'account.password_refused'; accountId: string }
  | { type: 'sign_up.asked'; accountId?: string }
  | { type: 'sign_up.changed'; mode: string; domains: readonly string[] }
  | { type: 'account.reset_asked'; accountId?: string }
  | { type: 'account.reset_given'; accountId: string; how: 'mail' | 'by_hand' }
  | { type: 'account.new_password_required'; accountId: string }
  | { type: 'account.address_asked'; accountId: string }
  | { type: 'account.address_verified'; accountId: string }
  | { type: 'consent.withdrawn'; accountId: string; clientId: string }
  | { type: 'branding.changed'; before: Readonly<Record<string, unknown>>; after: Readonly<Record<string, unknown>> }
  | { type: 'master_key.rotated'; sealed: number; masterKeyId: string }
  | { type: 'team.created'; teamId: string; name: string }
  | { type: 'team.renamed'; teamId: string; name: string }
  | { type: 'team.deleted'; teamId: string; name: string }
  | { type: 'team.suspended'; teamId: string; reason: string }
  | { type: 'team.resumed'; teamId: string }
  | { type: 'team.member_added'; teamId: string; accountId: string; role: string }
  | { type: 'team.member_changed'; teamId: string; accountId: string; role: string }
  | { type: 'team.member_removed'; teamId: string; accountId: string }
  | { type: 'invitation.created'; invitationId: string; teamId?: string; role?: string }
  | { type: 'invitation.withdrawn'; invitationId: string; teamId?: string }
  | { type: 'invitation.accepted'; invitationId: string; teamId?: string; accountId: string }
  | { type: 'account.platform_role_changed'; accountId: string; role: string | null }
  | { type: 'account.sessions_ended'; accountId: string }
  | { type: 'account.session_ended'; accountId: string; which: 'one' | 'others' }
  | { type: 'group.created'; groupId: string; name: string }
  | { type: 'group.renamed'; groupId: string; name: string }
  | { type: 'group.deleted'; groupId: string; name: string }
  | { type: 'group.member_added'; groupId: string; accountId: string }
  | { type: 'group.member_removed'; groupId: string; accountId: string }
  | { type: 'role.created'; roleId: string; apiId: string; name: string; scopes: readonly string[] }
  | { type: 'role.changed'; roleId: string; apiId: string; name: string; scopes: readonly string[] }
  | { type: 'role.deleted'; roleId: string; apiId: string; name: string }
  | { type: 'role.assigned'; roleId: string; apiId: string; accountId?: string; groupId?: string }
  | { type: 'role.unassigned'; roleId: string; apiId: string; accountId?: string; groupId?: string }
  | { type: 'mail.resent'; mailId: string }
  | { type: 'authorization.denied'; accountId: string; clientId: string; scopes: readonly string[] }
  | { type: 'signing_key.created'; kid: string; alg: string }
  | { type: 'signing_key.revoked'; kid: string; alg: string; reason: string };
