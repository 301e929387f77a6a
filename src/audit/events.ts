/** Who did it: a person, an app, someone at the command line, or the server by itself. */
export interface Actor {
  readonly type: 'account' | 'client' | 'operator' | 'system';
  readonly id?: string;
  readonly ip?: string;
  readonly requestId?: string;
}

/** Everything that is written to the audit trail. No event carries a secret, a token or a code. */
export type AuditEvent =
  | { type: 'api.created'; apiId: string; identifier: string }
  | { type: 'client.created'; clientId: string; name: string; clientType: string }
  | { type: 'client.subscribed'; clientId: string; apiId: string; scopes: readonly string[] }
  | { type: 'client.secret_added'; clientId: string; secretId: string; name: string }
  | { type: 'client.secret_removed'; clientId: string; secretId: string }
  | { type: 'client.authentication_failed'; clientId: string }
  | { type: 'account.created'; accountId: string }
  | { type: 'account.signed_in'; accountId: string; clientId?: string }
  | { type: 'account.sign_in_failed'; accountId?: string; reason: 'unknown' | 'password' | 'disabled' | 'throttled' }
  | { type: 'account.signed_out'; accountId: string }
  | { type: 'consent.given'; accountId: string; clientId: string; scopes: readonly string[] }
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
  | { type: 'client.disabled'; clientId: string; reason: string }
  | { type: 'client.enabled'; clientId: string }
  | { type: 'client.unsubscribed'; clientId: string; apiId: string }
  | { type: 'api.introspector_added'; apiId: string; clientId: string }
  | { type: 'account.disabled'; accountId: string; reason: string }
  | { type: 'account.enabled'; accountId: string }
  | { type: 'account.password_changed'; accountId: string }
  | { type: 'consent.withdrawn'; accountId: string; clientId: string }
  | { type: 'master_key.rotated'; sealed: number; masterKeyId: string }
  | { type: 'team.created'; teamId: string; name: string }
  | { type: 'team.member_added'; teamId: string; accountId: string; role: string }
  | { type: 'signing_key.created'; kid: string; alg: string }
  | { type: 'signing_key.revoked'; kid: string; alg: string; reason: string };
