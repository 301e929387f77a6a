import type { ColumnType, Generated, Insertable, Selectable } from 'kysely';

/** jsonb: an object when read, text when written. */
type Json<T> = ColumnType<T, string, string>;
/** timestamptz */
type Timestamp = ColumnType<Date, Date, Date>;
type Created = ColumnType<Date, Date, never>;

/** What oidc-provider keeps: codes, refresh tokens, sessions, grants, … The bearer value is known only as its SHA-256. */
export interface ArtifactTable {
  model: string;
  id_hash: Uint8Array;
  grant_id: string | null;
  account_id: string | null;
  client_id: string | null;
  uid_hash: Uint8Array | null;
  user_code_hash: Uint8Array | null;
  payload: Json<Record<string, unknown>>;
  created_at: Created;
  expires_at: Timestamp | null;
  consumed_at: Timestamp | null;
}

/** Responses kept for a retry, sealed with a key that only the holder of the used refresh token can derive. */
export interface RefreshRetryTable {
  token_hash: Uint8Array;
  successor_hash: Uint8Array;
  sealed: Uint8Array;
  expires_at: Timestamp;
}

export type ClientType = 'machine' | 'web' | 'spa' | 'native';
export type ClientAuthMethod = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';

export interface ClientTable {
  id: string;
  name: string;
  type: ClientType;
  auth_method: ClientAuthMethod;
  redirect_uris: string[];
  post_logout_redirect_uris: string[];
  jwks: ColumnType<{ keys: Record<string, unknown>[] } | null, string | null, string | null>;
  id_token_alg: SigningAlgName;
  pkce: 'required' | 'pkce_or_nonce';
  require_par: boolean;
  first_party: boolean;
  refresh_retry_seconds: number;
  default_api_id: string | null;
  created_at: Created;
  disabled_at: Timestamp | null;
}

export interface ClientSecretTable {
  id: string;
  client_id: string;
  name: string;
  hash: Uint8Array;
  created_at: Created;
  expires_at: Timestamp | null;
}

export interface ApiTable {
  id: string;
  identifier: string;
  name: string;
  token_lifetime: number;
  signing_alg: SigningAlgName;
  created_at: Created;
}

export interface ApiScopeTable {
  api_id: string;
  name: string;
  description: string;
}

/** Which scopes of which API an app may have. */
export interface SubscriptionTable {
  client_id: string;
  api_id: string;
  scopes: string[];
  created_at: Created;
}

export interface AccountTable {
  id: string;
  email: string;
  /** The address in the form in which two of them are the same. */
  email_key: string;
  name: string;
  email_verified_at: Timestamp | null;
  password_hash: string | null;
  created_at: Created;
  updated_at: Timestamp;
  disabled_at: Timestamp | null;
}

/** What a person has agreed to, by app. */
export interface ConsentTable {
  account_id: string;
  client_id: string;
  oidc_scopes: string[];
  /** API identifier → scopes */
  resources: Json<Record<string, string[]>>;
  updated_at: Timestamp;
}

export type SigningAlgName = 'ES256' | 'RS256' | 'EdDSA';

export interface SigningKeyTable {
  kid: string;
  alg: SigningAlgName;
  signer: 'database' | 'socket';
  public_jwk: Json<Record<string, unknown>>;
  /** null when the private part is not ours to hold. */
  sealed_private_jwk: string | null;
  created_at: Created;
  activates_at: Timestamp;
  retires_at: Timestamp | null;
  revoked_at: Timestamp | null;
  revoked_reason: string | null;
}

/** Tokens issued at or before a moment that are refused until it no longer matters. */
export interface RevocationTable {
  kind: string;
  value: string;
  seq: Generated<number>;
  issued_before: Timestamp;
  forget_at: Timestamp;
  reason: string;
}

/** Apps that may introspect the tokens of an API: its resource servers. */
export interface ApiIntrospectorTable {
  api_id: string;
  client_id: string;
}

export interface SettingTable {
  key: string;
  value: Json<unknown>;
  updated_at: Timestamp;
}

export interface LeaseTable {
  name: string;
  holder: string;
  expires_at: Timestamp;
}

export interface AuditEventTable {
  id: Generated<number>;
  at: Created;
  type: string;
  actor_type: string;
  actor_id: string | null;
  client_id: string | null;
  account_id: string | null;
  ip: string | null;
  request_id: string | null;
  detail: Json<Record<string, unknown>>;
}

/** Counted failures; the layout is rate-limiter-flexible's. */
export interface ThrottleTable {
  key: string;
  points: number;
  /** milliseconds since 1970 */
  expire: number | null;
}

/** A person's visit to the portal, which is a client of this server like any other. */
export interface PortalSessionTable {
  id_hash: Uint8Array;
  account_id: string | null;
  sealed: Uint8Array;
  created_at: Created;
  expires_at: Timestamp;
}

export interface Tables {
  artifacts: ArtifactTable;
  refresh_retries: RefreshRetryTable;
  clients: ClientTable;
  client_secrets: ClientSecretTable;
  apis: ApiTable;
  api_scopes: ApiScopeTable;
  subscriptions: SubscriptionTable;
  accounts: AccountTable;
  consents: ConsentTable;
  signing_keys: SigningKeyTable;
  revocations: RevocationTable;
  api_introspectors: ApiIntrospectorTable;
  settings: SettingTable;
  leases: LeaseTable;
  audit_events: AuditEventTable;
  throttles: ThrottleTable;
  portal_sessions: PortalSessionTable;
}

export type Client = Selectable<ClientTable>;
export type NewClient = Insertable<ClientTable>;
export type Api = Selectable<ApiTable>;
export type Account = Selectable<AccountTable>;
