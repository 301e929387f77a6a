export type Alg = 'ES256' | 'EdDSA' | 'RS256';

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
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
  readonly app: Credentials & { readonly redirectUri: string };
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

/** For yardsticks that only answer. */
export const nobody: Pick<Target, 'machines' | 'app' | 'people' | 'resources'> = {
  machines: [{ clientId: 'machine', clientSecret: 'a-secret-of-the-bench-that-is-long-enough' }],
  app: { clientId: '', clientSecret: '', redirectUri: '' },
  people: [],
  resources: {},
};
