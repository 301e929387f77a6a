import type { WorkName } from './load/catalogue.ts';
import type { SubjectName } from './subjects/subject.ts';

export interface Scenario {
  readonly work: WorkName;
  readonly title: string;
  /** Yardsticks that can do it. */
  readonly yardsticks: readonly SubjectName[];
  /** Also on the server with the express lane off, where there is one. */
  readonly bothLanes?: true;
  /** Units made ahead of each round, where they are used up. */
  readonly stock?: number;
}

/** In this order: what fills the database comes last. */
export const scenarios: readonly Scenario[] = [
  { work: 'jwks', title: 'JWKS', yardsticks: ['node:http', 'Koa', 'oidc-provider', 'better-auth'] },
  { work: 'discovery', title: 'discovery', yardsticks: ['node:http', 'Koa', 'oidc-provider', 'better-auth'] },
  {
    work: 'client-credentials-es256',
    title: 'client credentials, ES256',
    yardsticks: ['oidc-provider', 'oauth2-server', 'better-auth'],
    bothLanes: true,
  },
  {
    work: 'client-credentials-eddsa',
    title: 'client credentials, EdDSA',
    yardsticks: ['oidc-provider'],
    bothLanes: true,
  },
  {
    work: 'client-credentials-rs256',
    title: 'client credentials, RS256',
    yardsticks: ['oidc-provider'],
    bothLanes: true,
  },
  {
    work: 'client-credentials-many',
    title: 'client credentials, ES256, many clients',
    yardsticks: ['oidc-provider', 'oauth2-server'],
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
    yardsticks: ['oidc-provider', 'better-auth'],
    stock: 1,
  },
  {
    work: 'refresh-id-token',
    title: 'refresh with ID token',
    bothLanes: true,
    yardsticks: ['oidc-provider', 'better-auth'],
  },
  {
    work: 'refresh',
    title: 'refresh without ID token',
    bothLanes: true,
    yardsticks: ['oidc-provider', 'oauth2-server', 'better-auth'],
  },
  {
    work: 'code-exchange',
    title: 'code exchange with PKCE',
    yardsticks: ['oidc-provider', 'oauth2-server', 'better-auth'],
    stock: 800,
  },
  { work: 'sign-in', title: 'sign-in, consent and code', yardsticks: ['oidc-provider', 'better-auth'] },
  {
    work: 'revocation-refresh-token',
    title: 'revocation of a refresh token',
    yardsticks: ['oidc-provider', 'better-auth'],
    stock: 200,
  },
  { work: 'revocation-jwt', title: 'revocation of a JWT', yardsticks: [], stock: 800 },
];

/** What the goals name and this version cannot do. */
export const switchedOff = [
  'gateway check (repeated, fresh, API key): switched off, the server has no gateway check yet',
  'token exchange: switched off, the server has no token exchange yet',
];
