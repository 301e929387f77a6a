import type { Generated, Selectable } from 'kysely';
import type { Created, Defaulted, Late, Timestamp, Unset } from './columns.ts';

export type SigningAlgName = 'ES256' | 'RS256' | 'EdDSA';

export type ClientType = 'machine' | 'web' | 'spa' | 'native' | 'device';
/** What protects a code: PKCE always, or a nonce in its place, or PKCE where the app sends it. */
export type PkceRule = 'required' | 'pkce_or_nonce' | 'optional';
/** When `offline_access` is granted: where it is asked for, only with `prompt=consent` too, or never. */
export type OfflineAccessRule = 'allowed' | 'with_prompt' | 'never';
export type ClientAuthMethod = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';

export interface ClientTable {
  id: string;
  name: string;
  type: ClientType;
  auth_method: ClientAuthMethod;
  redirect_uris: string[];
  post_logout_redirect_uris: string[];
  jwks: Unset<{ keys: Record<string, unknown>[] } | null, string | null>;
  /** Where its public keys are, in place of `jwks`. */
  jwks_uri: Late<string>;
  id_token_alg: SigningAlgName;
  /** What signs while no key of `id_token_alg` does; null: ES256. */
  id_token_alg_before: Late<SigningAlgName>;
  /** What its ID tokens say of people: scopes, or single claims. */
  id_token_claims: Defaulted<string[]>;
  /** Claims of its own, each as it was written (clients/claims/own-claims.ts). */
  own_claims: Defaulted<string[]>;
  pkce: PkceRule;
  require_par: boolean;
  first_party: boolean;
  /** Whoever runs the server has checked it. */
  verified: Generated<boolean>;
  /** People see the consent page at each sign-in. */
  ask_each_time: Generated<boolean>;
  refresh_retry_seconds: number;
  offline_access: Defaulted<OfflineAccessRule>;
  /** Scopes of any kind that people may leave out when they let it in. */
  optional_scopes: Generated<string[]>;
  default_api_id: string | null;
  /** Also where people sign in, for a request with scopes of that API. */
  default_api_at_sign_in: Generated<boolean>;
  /** null: it belongs to the operator. */
  team_id: Late<string>;
  description: Generated<string>;
  homepage_url: Late<string>;
  /** Grows with every change: what If-Match compares. */
  version: Generated<number>;
  created_at: Created;
  created_by: Late<string>;
  updated_at: Late<Date>;
  disabled_at: Timestamp | null;
  disabled_reason: Late<string>;
  /** By who looks after the platform, and not by its own team. */
  stopped_from_above: Generated<boolean>;
  /** The last hour in which something was counted for it; null: never. */
  last_used_hour: Late<Date>;
}

/** The identifier of an API that was deleted. */
export interface RetiredIdentifierTable {
  identifier: string;
  /** The team that had the API last; null: it had none, or the team is gone too. */
  team_id: string | null;
  retired_at: Timestamp;
}

/** A picture that we encoded ourselves, as PNG. */
export interface ClientLogoTable {
  client_id: string;
  image: Uint8Array;
  etag: string;
  updated_at: Timestamp;
}

export interface ClientSecretTable {
  id: string;
  client_id: string;
  name: string;
  hash: Uint8Array;
  /** To know it by; null for one from before these were kept. */
  last_four: Late<string>;
  created_at: Created;
  /** An account id, a client id, or null for the operator. */
  created_by: Late<string>;
  expires_at: Timestamp | null;
  first_used_at: Late<Date>;
  /** Written in batches: some seconds behind. */
  last_used_at: Late<Date>;
  /** This secret ends when that one is first used. */
  successor_id: Late<string>;
  /** `expires_at` was set when that one took its place, and was `settled_end` before. */
  ends_for: Late<string>;
  settled_end: Late<Date>;
}

export interface ApiTable {
  id: string;
  identifier: string;
  name: string;
  token_lifetime: number;
  signing_alg: SigningAlgName;
  /** What signs while no key of `signing_alg` does; null: ES256. */
  signing_alg_before: Late<SigningAlgName>;
  /** null: it belongs to the operator. */
  team_id: Late<string>;
  description: Generated<string>;
  docs_url: Late<string>;
  /** Whose developers find it in the catalogue; `selected` are the teams in api_visible_teams, its own always does. */
  visibility: Defaulted<'everyone' | 'selected' | 'team'>;
  /** It is never named by its identifier with, or without, a slash at the end: another API has that. */
  exact_slash: Generated<boolean>;
  /** Whether its tokens name the person's roles. */
  roles_claim: Generated<boolean>;
  version: Generated<number>;
  created_at: Created;
  updated_at: Late<Date>;
  suspended_at: Late<Date>;
  suspended_reason: Late<string>;
  /** By who looks after the platform, and not by its own team. */
  stopped_from_above: Generated<boolean>;
  /** The last hour in which something was counted for it; null: never. */
  last_used_hour: Late<Date>;
}

export interface ApiVisibleTeamTable {
  api_id: string;
  team_id: string;
}

export interface ApiScopeTable {
  api_id: string;
  name: string;
  description: string;
  /** A subscription with it waits for the API's owner. */
  needs_approval: Generated<boolean>;
  /** On behalf of a person only when one of the person's roles has it. */
  needs_role: Generated<boolean>;
  /** Where it stands among the others, from 0. */
  position: Generated<number>;
}

/** When a verifier that names the API was last seen. */
export interface ApiSightingTable {
  api_id: string;
  keys_at: Timestamp | null;
  feed_at: Timestamp | null;
  address: string;
}

export type SubscriptionState = 'pending' | 'active' | 'suspended' | 'denied' | 'cancelled';

/** Which scopes of which API an app may have, and the request that waits for a decision. */
export interface SubscriptionTable {
  id: Generated<string>;
  client_id: string;
  api_id: string;
  /** Live when the state is `active`, and kept while it is `suspended`. */
  scopes: string[];
  state: Defaulted<SubscriptionState>;
  pending_scopes: Late<string[]>;
  pending_reason: Late<string>;
  pending_by: Late<string>;
  pending_at: Late<Date>;
  /** What the API's owner said when deciding. */
  note: Late<string>;
  decided_by: Late<string>;
  decided_at: Late<Date>;
  version: Generated<number>;
  created_at: Created;
}

/** Apps that may introspect the tokens of an API: its resource servers. */
export interface ApiIntrospectorTable {
  api_id: string;
  client_id: string;
}

export type Client = Selectable<ClientTable>;
export type Api = Selectable<ApiTable>;
export type ApiScope = Selectable<ApiScopeTable>;
export type Subscription = Selectable<SubscriptionTable>;
