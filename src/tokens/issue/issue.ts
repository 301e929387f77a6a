import type { TokenClient } from '../../clients/token-clients.ts';
import type { Api } from '../../db/tables/catalogue.ts';
import { randomText } from '../../http/random-text.ts';
import { algorithmOfApi, algorithmOfIdTokens } from '../../keys/algorithms.ts';
import type { Keyring } from '../../keys/keyring.ts';
import { signCompact } from '../../keys/signatures/jws.ts';
import type { Person } from '../storage/stored-token.ts';
import { idTokenClaimsOf, type SignedIn } from './claims.ts';
import { lifetimes, toSeconds } from './lifetimes.ts';

export interface Issuer {
  readonly keyring: () => Keyring;
  readonly issuer: string;
}

export interface AccessTokenFacts {
  readonly api: Pick<Api, 'identifier' | 'token_lifetime' | 'signing_alg' | 'signing_alg_before'>;
  /** Names with spaces between them. */
  readonly scope: string;
  /** The person, or the app itself. */
  readonly subject: string;
  readonly clientId: string;
  readonly grantId?: string;
  readonly roles?: readonly string[] | undefined;
  /** Of the person. */
  readonly signedIn?: SignedIn;
  /** revocation/token-epochs.ts */
  readonly ep: readonly number[];
  /** When the request began: a token is as old as what it was made from. */
  readonly now: Date;
}

/** An access token of RFC 9068 §2.2, its claims in the provider's order. */
export function issueAccessToken({ keyring, issuer }: Issuer, facts: AccessTokenFacts): Promise<string> {
  const { api, scope, subject, clientId, grantId, roles, signedIn, ep, now } = facts;
  const iat = toSeconds(now);
  const claims = {
    grant_id: grantId,
    roles,
    ...signedIn,
    ep,
    jti: randomText(),
    sub: subject,
    iat,
    exp: iat + api.token_lifetime,
    scope,
    client_id: clientId,
    iss: issuer,
    aud: api.identifier,
  };
  return signCompact(keyring(), { alg: algorithmOfApi(keyring(), api), typ: 'at+jwt' }, claims);
}

export interface IdTokenFacts {
  readonly client: TokenClient;
  readonly person: Person;
  /** OpenID Connect's scopes that the person granted. */
  readonly scopes: readonly string[];
  /** Their names, where the app's ID tokens need them. */
  readonly groups: readonly string[] | undefined;
  readonly signedIn: SignedIn;
  readonly nonce: string | undefined;
  readonly sid: string | undefined;
  readonly now: Date;
}

/** An ID token (OpenID Connect Core §2, and §12.2 for one after a refresh), its claims in the provider's order. */
export function issueIdToken({ keyring, issuer }: Issuer, facts: IdTokenFacts): Promise<string> {
  const { client, person, scopes, groups, signedIn, nonce, sid, now } = facts;
  const iat = toSeconds(now);
  const times = { aud: client.id, exp: iat + lifetimes.idToken, iat, iss: issuer };
  const claims = { ...idTokenClaimsOf(client, person, scopes, groups, signedIn), nonce, sid, ...times };
  return signCompact(keyring(), { alg: algorithmOfIdTokens(keyring(), client) }, claims);
}
