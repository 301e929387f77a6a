import * as client from 'openid-client';
import { Person } from './person.ts';
import type { TestServer } from './server.ts';

export const CALLBACK = 'https://app.example.com/callback';

export interface RelyingApp {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** openid-client, discovered against the test server. Without a secret it is a public client. */
export function discover(server: Pick<TestServer, 'issuer'>, app: RelyingApp, auth?: client.ClientAuth) {
  const method = auth ?? (app.clientSecret ? client.ClientSecretBasic(app.clientSecret) : client.None());
  return client.discovery(new URL(server.issuer), app.clientId, {}, method, {
    execute: [client.allowInsecureRequests],
  });
}

export interface SignedIn {
  readonly configuration: client.Configuration;
  readonly tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;
  readonly callback: URL;
  readonly verifier: string;
  readonly person: Person;
}

/** Everything from the authorization request to the tokens, as a real client and a real person do it. */
export async function signIn(
  server: Pick<TestServer, 'issuer'>,
  app: RelyingApp,
  credentials: { email: string; password: string },
  options: {
    parameters?: Record<string, string>;
    person?: Person;
    auth?: client.ClientAuth;
    dpop?: client.DPoPHandle;
  } = {},
): Promise<SignedIn> {
  const configuration = await discover(server, app, options.auth);
  const request = await authorizationRequest(configuration, options.parameters);
  const person = options.person ?? new Person(server.issuer);
  const callback = await person.authorize(request.url.href, credentials);
  const tokens = await client.authorizationCodeGrant(
    configuration,
    callback,
    {
      pkceCodeVerifier: request.verifier,
      expectedState: request.state,
      ...(request.nonce ? { expectedNonce: request.nonce } : {}),
    },
    undefined,
    options.dpop ? { DPoP: options.dpop } : undefined,
  );
  return { configuration, tokens, callback, verifier: request.verifier, person };
}

/** An authorization request with PKCE, state and nonce. */
export async function authorizationRequest(
  configuration: client.Configuration,
  parameters: Record<string, string> = {},
) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const scope = parameters.scope ?? 'openid';
  const nonce = scope.split(' ').includes('openid') ? client.randomNonce() : undefined;
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: CALLBACK,
    scope,
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(nonce ? { nonce } : {}),
    ...parameters,
  });
  return { url, verifier, state, nonce };
}

/** The example of RFC 7636 appendix B, for requests that are written out by hand. */
export const PKCE = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};

/** The parameters of an authorization request; undefined leaves one out. */
export function authorizationParameters(
  app: Pick<RelyingApp, 'clientId'>,
  changes: Record<string, string | undefined> = {},
) {
  const parameters = {
    client_id: app.clientId,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid',
    state: 'a-state',
    nonce: 'a-nonce',
    code_challenge: PKCE.challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  return new URLSearchParams(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** An authorization request written out by hand, as clients that are wrong or hostile send it. */
export function authorizationUrl(
  server: Pick<TestServer, 'issuer'>,
  app: Pick<RelyingApp, 'clientId'>,
  changes: Record<string, string | undefined> = {},
): string {
  return `${server.issuer}/auth?${authorizationParameters(app, changes)}`;
}

/** Only a code: for specs that redeem it in their own way. */
export async function obtainCode(
  server: Pick<TestServer, 'issuer'>,
  app: RelyingApp,
  credentials: { email: string; password: string },
  parameters: Record<string, string> = {},
) {
  const configuration = await discover(server, app);
  const { url, verifier } = await authorizationRequest(configuration, parameters);
  const callback = await new Person(server.issuer).authorize(url.href, credentials);
  const code = callback.searchParams.get('code') ?? '';
  return {
    code,
    verifier,
    form: { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: CALLBACK },
  };
}
