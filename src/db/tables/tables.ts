import type { ColumnType, Generated, Selectable } from 'kysely';
import type { BrandingTable } from './branding.ts';
import type {
  ApiIntrospectorTable,
  ApiScopeTable,
  ApiSightingTable,
  ApiTable,
  ApiVisibleTeamTable,
  ClientLogoTable,
  ClientSecretTable,
  ClientTable,
  RetiredIdentifierTable,
  SigningAlgName,
  SubscriptionTable,
} from './catalogue.ts';
import type { Created, Json, Late, Timestamp } from './columns.ts';
import type { FactorTables } from './factors.ts';
import type { JobOutcomeTable, LeaseTable } from './jobs.ts';
import type { LinkTables } from './links.ts';
import type { ProfileFields } from './profile.ts';
import type {
  GroupMemberTable,
  GroupTable,
  InvitationTable,
  RoleAccountTable,
  RoleGroupTable,
  RoleTable,
  TeamMemberTable,
  TeamTable,
} from './teams.ts';
import type { IdempotencyKeyTable, MailOutboxTable, RequestLogTable, UsageHourTable } from './usage.ts';

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
  /** Of a device code, in seconds; it grows when the device asks too often. */
  poll_interval: Late<number>;
  next_poll_at: Late<Date>;
  /** Of the sign-in that it comes from; null for what does not end with the person's sessions. */
  sign_in_epoch: Late<number>;
  /** Of the app and of the person's consent, as they were read before a grant was decided; of the app also for a device code. */
  client_epoch: Generated<number>;
  consent_epoch: Generated<number>;
  /** Of the app's tokens, for codes and access tokens, as it was read before they were decided. */
  client_tokens_epoch: Generated<number>;
}

/** Of whatever has a name in the feed of epochs (revocation/epochs.ts): it goes up when that ends, and outlives it. */
export interface EpochTable {
  kind: string;
  value: string;
  /** The same name, of an app (then there is no person) and of a person's consent to one. The database fills it in. */
  account_id: Generated<string | null>;
  client_id: Generated<string | null>;
  epoch: Generated<number>;
  /** When it was raised last, in the order of raising. The database fills it in, */
  seq: Generated<number>;
  /** and the time at which the last token of a lower epoch has expired: null before it is raised. */
  forget_at: Late<Date>;
  /** What is of a lower epoch than this has been removed. */
  cleaned: Generated<number>;
}

/** Responses kept for a retry, sealed with a key that only the holder of the used refresh token can derive. */
export interface RefreshRetryTable {
  token_hash: Uint8Array;
  successor_hash: Uint8Array;
  sealed: Uint8Array;
  expires_at: Timestamp;
}

export interface AccountTable {
  id: string;
  email: string;
  /** The address in the form in which two of them are the same. */
  email_key: string;
  name: string;
  email_verified_at: Timestamp | null;
  password_hash: string | null;
  /** Beyond teams: an admin may do everything, an auditor read everything. */
  platform_role: Late<'admin' | 'auditor'>;
  version: Generated<number>;
  /** Goes up whenever all sessions of the person end. */
  sign_in_epoch: Generated<number>;
  /** Of pages and mails; null: as the browser says. */
  language: Late<string>;
  /** By its name of IANA; null: as the browser says. */
  time_zone: Late<string>;
  /** Since when a new password has to be chosen at the next sign-in; null when it has not. */
  new_password_since: Late<Date>;
  /** What else they tell of themselves (accounts/profile/fields.ts). */
  profile: ColumnType<ProfileFields, string | undefined, string>;
  /** Their user name in the form in which two of them are the same. */
  username_key: Late<string>;
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
  /** What they were asked for and did not give, in the same form. */
  left_out_oidc_scopes: Generated<string[]>;
  left_out_resources: ColumnType<Record<string, string[]>, string | undefined, string>;
  updated_at: Timestamp;
}

export interface SigningKeyTable {
  kid: string;
  alg: SigningAlgName;
  signer: 'database' | 'socket';
  public_jwk: Json<Record<string, unknown>>;
  /** null when the private part is not ours to hold. */
  sealed_private_jwk: string | null;
  created_at: Created;
  activates_at: Timestamp;
  ended_at: Timestamp | null;
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
  /** The app of a token or grant, as far as it is known. */
  client_id: Late<string>;
}

export interface SettingTable {
  key: string;
  value: Json<unknown>;
  updated_at: Timestamp;
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
  /** What the next page says once. */
  sealed_flash: Late<Uint8Array>;
  /** Of the sign-in that it comes from. */
  sign_in_epoch: Late<number>;
  /** The uid of that sign-in's session, hashed. */
  sign_in_hash: Late<Uint8Array>;
  /** From where it was begun, in short words; null for one from before these were kept. */
  browser: Late<string>;
  system: Late<string>;
  network: Late<string>;
  /** Written every few minutes. */
  seen_at: Late<Date>;
  created_at: Created;
  expires_at: Timestamp;
}

/** What was typed into a form whose session had ended, of a person. */
export interface KeptFormTable {
  account_id: string;
  /** The name of the page that it was on, from its ticket. */
  page: string;
  id_hash: Uint8Array;
  sealed: Uint8Array;
  expires_at: Timestamp;
}

export interface Tables extends FactorTables, LinkTables {
  artifacts: ArtifactTable;
  refresh_retries: RefreshRetryTable;
  clients: ClientTable;
  client_secrets: ClientSecretTable;
  apis: ApiTable;
  retired_identifiers: RetiredIdentifierTable;
  api_scopes: ApiScopeTable;
  api_sightings: ApiSightingTable;
  subscriptions: SubscriptionTable;
  accounts: AccountTable;
  consents: ConsentTable;
  epochs: EpochTable;
  signing_keys: SigningKeyTable;
  revocations: RevocationTable;
  api_introspectors: ApiIntrospectorTable;
  settings: SettingTable;
  leases: LeaseTable;
  job_outcomes: JobOutcomeTable;
  audit_events: AuditEventTable;
  throttles: ThrottleTable;
  portal_sessions: PortalSessionTable;
  branding: BrandingTable;
  kept_forms: KeptFormTable;
  client_logos: ClientLogoTable;
  api_visible_teams: ApiVisibleTeamTable;
  teams: TeamTable;
  team_members: TeamMemberTable;
  invitations: InvitationTable;
  roles: RoleTable;
  role_accounts: RoleAccountTable;
  role_groups: RoleGroupTable;
  groups: GroupTable;
  group_members: GroupMemberTable;
  usage_hours: UsageHourTable;
  request_log: RequestLogTable;
  mail_outbox: MailOutboxTable;
  idempotency_keys: IdempotencyKeyTable;
}

export type Account = Selectable<AccountTable>;
