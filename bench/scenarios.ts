import type { WorkName } from './load/catalogue.ts';
import type { SubjectName } from './subjects/subject.ts';

export interface Scenario {
  /** What `--scenario` knows it by. */
  readonly name: string;
  readonly work: WorkName;
  readonly title: string;
  /** Yardsticks that can do it. */
  readonly yardsticks: readonly SubjectName[];
  /** Also on the server with the express lane off, where there is one. */
  readonly bothLanes?: true;
  /** Units made ahead of each round, where they are used up. */
  readonly stock?: number;
  /** Of the load generator, where it is not as many as usual. */
  readonly connections?: number;
}

const MANY_CONNECTIONS = 32;

/** The same over many connections, beside those yardsticks that the goals name there. */
const overMany = ({ bothLanes: _, ...scenario }: Omit<Scenario, 'name'>): Scenario => ({
  ...scenario,
  name: `${scenario.work}-${MANY_CONNECTIONS}`,
  title: `${scenario.title}, ${MANY_CONNECTIONS} connections`,
  yardsticks: scenario.yardsticks.filter((name) => name === 'floor' || name === 'oidc-provider'),
  connections: MANY_CONNECTIONS,
});

const clientCredentials = {
  work: 'client-credentials-es256',
  title: 'client credentials, ES256',
  yardsticks: ['floor', 'oidc-provider', 'oauth2-server', 'better-auth'],
  bothLanes: true,
} as const;
const refreshes = {
  work: 'refresh-id-token',
  title: 'refresh with ID token',
  bothLanes: true,
  yardsticks: ['floor', 'oidc-provider', 'better-auth'],
} as const;
const codeExchange = {
  work: 'code-exchange',
  title: 'code exchange with PKCE',
  yardsticks: ['floor', 'oidc-provider', 'oauth2-server', 'better-auth'],
  stock: 800,
} as const;

const usual: readonly (Omit<Scenario, 'name'> & { name?: string })[] = [
  { work: 'jwks', title: 'JWKS', yardsticks: ['node:http', 'Koa', 'oidc-provider', 'better-auth'] },
  { work: 'discovery', title: 'discovery', yardsticks: ['node:http', 'Koa', 'oidc-provider', 'better-auth'] },
  clientCredentials,
  overMany(clientCredentials),
  {
    work: 'client-credentials-eddsa',
    title: 'client credentials, EdDSA',
    yardsticks: ['floor', 'oidc-provider'],
    bothLanes: true,
  },
  {
    work: 'client-credentials-rs256',
    title: 'client credentials, RS256',
    yardsticks: ['floor', 'oidc-provider'],
    bothLanes: true,
  },
  {
    work: 'client-credentials-many',
    title: 'client credentials, ES256, many clients',
    yardsticks: ['floor', 'oidc-provider', 'oauth2-server'],
    bothLanes: true,
  },
  {
    work: 'introspection-jwt',
    title: 'introspection of a JWT',
    yardsticks: ['Koa', 'better-auth'],
    stock: 1,
  },
  {
    work: 'introspection-opaque',
    title: 'introspection of an opaque token',
    yardsticks: ['Koa', 'floor', 'oidc-provider', 'better-auth'],
    stock: 1,
  },
  refreshes,
  overMany(refreshes),
  {
    work: 'refresh-id-token-rs256',
    title: 'refresh with ID token, RS256',
    yardsticks: ['floor', 'oidc-provider'],
  },
  {
    work: 'refresh',
    title: 'refresh without ID token',
    bothLanes: true,
    yardsticks: ['floor', 'oidc-provider', 'oauth2-server', 'better-auth'],
  },
  codeExchange,
  overMany(codeExchange),
  {
    work: 'sign-in',
    title: 'sign-in, consent and code',
    yardsticks: ['password hash', 'oidc-provider', 'better-auth'],
  },
  {
    work: 'revocation-refresh-token',
    title: 'revocation of a refresh token',
    yardsticks: ['floor', 'oidc-provider', 'better-auth'],
    stock: 200,
  },
  // So many that a rate can be told.
  { work: 'revocation-jwt', title: 'revocation of a JWT', yardsticks: ['floor'], stock: 3000 },
];

/** In this order: what fills the database comes last. */
export const scenarios: readonly Scenario[] = usual.map((scenario) => ({ name: scenario.work, ...scenario }));

/** What the goals name and this version cannot do. */
export const switchedOff = [
  'gateway check (repeated, fresh, API key): switched off, the server has no gateway check yet',
  'token exchange: switched off, the server has no token exchange yet',
];
