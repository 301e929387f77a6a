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
  return client.discovery(new URL(server.issuer), app.clientId, { id_token_signed_response_alg: 'ES256' }, method, {
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
  options: { parameters?: Record<string, string>; person?: Person; auth?: client.ClientAuth; dpop?: client.DPoPHandle } = {},
): Promise<SignedIn> {
  const configuration = await discover(server, app, options.auth);
  const request = await authorizationRequest(configuration, options.parameters);
  const person = options.person ?? new Person(server.issuer);
  const callback = await person.authorize(request.url.href, credentials);
  const tokens = await client.authorizationCodeGrant(
    configuration,
    callback,
    { pkceCodeVerifier: request.verifier, expectedState: request.state, expectedNonce: request.nonce },
    undefined,
    options.dpop ? { DPoP: options.dpop } : undefined,
  );
  return { configuration, tokens, callback, verifier: request.verifier, person };
}

/** An authorization request with PKCE, state and nonce. */
export async function authorizationRequest(configuration: client.Configuration, parameters: Record<string, string> = {}) {
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
  return { url, verifier, state, ...(nonce ? { nonce } : { nonce: undefined }) };
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
  return { code, verifier, form: { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: CALLBACK } };
}
