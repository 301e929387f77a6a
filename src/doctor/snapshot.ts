import type { ClientAuthMethod, ClientType, PkceRule, SigningAlgName } from '../db/tables/catalogue.ts';
import type { KeyStage } from '../keys/stages.ts';

/** What the environment says, without any secret of it. */
export interface Settings {
  readonly issuer: string;
  readonly host: string;
  readonly production: boolean;
  readonly embedded: boolean;
  readonly trustedProxies: number;
  readonly httpRedirectHosts: readonly string[];
  /** Where metrics are served; undefined: nowhere. */
  readonly metricsHost: string | undefined;
  readonly hasMail: boolean;
  /** The ids of MASTER_KEYS; empty where they are generated. */
  readonly masterKeyIds: readonly string[];
  readonly cookieKeyCount: number;
  /** Seconds. */
  readonly rotateEvery: number;
}

/** The database itself; of the embedded one just the migrations matter. */
export interface DatabaseState {
  readonly pendingMigrations: readonly string[];
  readonly postgres:
    | {
        /** Such as 160004. */
        readonly version: number;
        readonly fsync: boolean;
        readonly fullPageWrites: boolean;
        readonly synchronousCommit: string;
        readonly encrypted: boolean;
        /** On this machine, or by a socket of it. */
        readonly local: boolean;
        readonly superuser: boolean;
        /** Whether the server may ask by what a restored database is known (revocation/incarnation.ts). */
        readonly restoresAreNoticed: boolean;
        /** Milliseconds that its clock is ahead of ours. */
        readonly clockAhead: number;
      }
    | undefined;
}

export interface AppState {
  readonly id: string;
  readonly name: string;
  readonly type: ClientType;
  readonly authMethod: ClientAuthMethod;
  readonly redirectUris: readonly string[];
  readonly pkce: PkceRule;
  /** Marked so by an administrator. */
  readonly verified: boolean;
  /** Verified, first-party, or of no team: whoever runs the server knows its name. */
  readonly vouchedFor: boolean;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface SecretState {
  readonly id: string;
  readonly name: string;
  readonly appId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface SubscriptionState {
  readonly appId: string;
  readonly api: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  /** When the app last asked for a token of the API. */
  readonly lastUsedAt: Date | null;
  /** Scopes of the tokens that it got lately, as far as they were logged. */
  readonly seenScopes: readonly string[];
  /** Since when a request of it waits. */
  readonly waitingSince: Date | null;
  readonly state: 'pending' | 'active' | 'suspended';
}

export interface SigningKeyState {
  readonly kid: string;
  readonly alg: SigningAlgName;
  readonly stage: KeyStage;
  readonly activatesAt: Date;
}

export interface LargeToken {
  /** The API's identifier. */
  readonly api: string;
  /** Of the token as it is sent. */
  readonly characters: number;
  /** The address of the person whose roles make it so large; undefined when scopes alone do. */
  readonly mostRoles: string | undefined;
}

/** A piece of background work. */
export interface JobState {
  readonly name: string;
  readonly succeededAt: Date | null;
  readonly failedAt: Date | null;
  /** The kind of error. */
  readonly failure: string | null;
}

/** What the tables hold. */
export interface Contents {
  readonly apps: readonly AppState[];
  readonly secrets: readonly SecretState[];
  readonly subscriptions: readonly SubscriptionState[];
  readonly suspended: readonly { readonly kind: 'api' | 'team'; readonly name: string; readonly since: Date }[];
  /** Those that must have a key. */
  readonly algorithms: readonly SigningAlgName[];
  readonly signingKeys: readonly SigningKeyState[];
  readonly jobs: readonly JobState[];
  /** Access tokens that many proxies would not take, the largest first. */
  readonly largeTokens: readonly LargeToken[];
  /** How many values are sealed under which master key. */
  readonly sealed: readonly { readonly masterKeyId: string; readonly count: number }[];
  /** What the installation is called. */
  readonly brand: string;
  /** APIs of teams, and teams. */
  readonly named: readonly { readonly id: string; readonly name: string }[];
  readonly admins: number;
  readonly teamsWithoutOwner: readonly string[];
  /** The demo's person is there and may sign in. */
  readonly hasDemoPerson: boolean;
  readonly mail: { readonly failed: number; readonly oldestWaiting: Date | null };
}

/** Everything that rules look at, as of one moment. */
export interface Snapshot {
  readonly now: Date;
  readonly settings: Settings;
  readonly database: DatabaseState;
  /** Undefined while migrations are pending: the tables may not be there. */
  readonly contents: Contents | undefined;
}
