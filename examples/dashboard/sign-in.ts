import * as client from 'openid-client';

export interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Somebody who is signed in, with the tokens that the dashboard has on their behalf. */
export interface Person {
  readonly name: string;
  readonly idToken: string;
  accessToken: string;
  refreshToken: string | undefined;
  /** Milliseconds since 1970. */
  renewAt: number;
  renewing?: Promise<void>;
}

export interface SignInOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  /** The API that the person's token is for (RFC 8707). */
  readonly resource: string;
  readonly scope: string;
}

export type SignIn = Awaited<ReturnType<typeof createSignIn>>;

/** Signing in with OpenID Connect (Core §3.1), by a client library that is certified for it. */
export async function createSignIn({ issuer, clientId, clientSecret, redirectUri, resource, scope }: SignInOptions) {
  const server = await client.discovery(
    new URL(issuer),
    clientId,
    undefined,
    client.ClientSecretBasic(clientSecret),
    // Plain http is for trying it on your own machine; openid-client refuses it unless told so.
    { execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [] },
  );
  return {
    async begin(): Promise<{ pending: Pending; target: URL }> {
      const pending = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        codeVerifier: client.randomPKCECodeVerifier(),
      };
      const target = client.buildAuthorizationUrl(server, {
        ...{ redirect_uri: redirectUri, resource, scope, state: pending.state, nonce: pending.nonce },
        code_challenge: await client.calculatePKCECodeChallenge(pending.codeVerifier),
        code_challenge_method: 'S256',
      });
      return { pending, target };
    },
    async finish(callback: URL, { state, nonce, codeVerifier }: Pending): Promise<Person> {
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier };
      const tokens = await client.authorizationCodeGrant(server, callback, { ...checks, idTokenExpected: true });
      return {
        ...{ name: String(tokens.claims()?.name), idToken: tokens.id_token ?? '' },
        ...{ accessToken: tokens.access_token, refreshToken: tokens.refresh_token, renewAt: renewalOf(tokens) },
      };
    },
    /** An access token that is good for a while. @throws when the server gives no new one: the person signs in again then */
    async tokenOf(person: Person): Promise<string> {
      if (Date.now() < person.renewAt) return person.accessToken;
      // A refresh token works once. Two requests that send the same one look like a theft, so one goes and the others wait.
      person.renewing ??= renew(server, person).finally(() => {
        delete person.renewing;
      });
      await person.renewing;
      return person.accessToken;
    },
    /** Where the person is signed out of the server too (RP-Initiated Logout 1.0). */
    endUrl: ({ idToken }: Person, back: string) =>
      client.buildEndSessionUrl(server, { id_token_hint: idToken, post_logout_redirect_uri: back }),
    /** Why nobody is signed in, where the server or the person said no. */
    explain(error: unknown): string | undefined {
      if (!(error instanceof client.AuthorizationResponseError)) return undefined;
      return `You are not signed in: ${error.error_description ?? error.error}.`;
    },
  };
}

async function renew(server: client.Configuration, person: Person): Promise<void> {
  const tokens = await client.refreshTokenGrant(server, person.refreshToken ?? '');
  person.accessToken = tokens.access_token;
  person.refreshToken = tokens.refresh_token ?? person.refreshToken;
  person.renewAt = renewalOf(tokens);
}

/** After four fifths of its life. */
const renewalOf = ({ expires_in: seconds = 0 }: client.TokenEndpointResponse) => Date.now() + seconds * 800;
