export type Alg = 'ES256' | 'EdDSA' | 'RS256';

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface App extends Credentials {
  readonly redirectUri: string;
}

/** What the load generator must know of a subject. Plain data, because it goes to another process. */
export interface Target {
  readonly port: number;
  /** The Host header, and how addresses begin that lead back to the subject. */
  readonly host: string;
  readonly origin: string;
  readonly paths: Readonly<
    Record<'token' | 'authorization' | 'introspection' | 'revocation' | 'jwks' | 'discovery', string>
  >;
  /** Programs with client credentials; the first is the one of most scenarios. */
  readonly machines: readonly Credentials[];
  /** An app that people sign in to. */
  readonly app: App;
  /** The same, with ID tokens that are signed with RS256. */
  readonly rs256App: App;
  readonly people: readonly { readonly email: string; readonly password: string }[];
  /** The resource indicator of an API for each algorithm; empty where tokens are not for an API. */
  readonly resources: Partial<Record<Alg, string>>;
  /** How a person signs in: in pages with forms, or by JSON; undefined where the yardstick knows nobody. */
  readonly signIn?: { readonly json: string; readonly consent: string };
}

export const SCOPE = 'reports:read';
export const REDIRECT_URI = 'https://app.example.com/callback';

/** One API for each algorithm. */
export const RESOURCES: Readonly<Record<Alg, string>> = {
  ES256: 'https://es256.example.com',
  EdDSA: 'https://eddsa.example.com',
  RS256: 'https://rs256.example.com',
};

/** The apps and people that a subject knows, and the APIs. */
export type Known = Pick<Target, 'machines' | 'app' | 'rs256App' | 'people' | 'resources'>;

const machine = { clientId: 'machine', clientSecret: 'a-secret-of-the-bench-that-is-long-enough' };
const app = { ...machine, redirectUri: REDIRECT_URI };
/** For yardsticks that only answer. */
export const nobody: Known = { machines: [machine], app, rs256App: app, people: [], resources: {} };
