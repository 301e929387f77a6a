import type { Causes } from './cause.ts';

/** Proving which app it is. */
export const authentication = {
  invalid_client: [
    {
      detail: /invalid secret/,
      cause: 'The secret is not one of this app’s live secrets: cut off, mistyped, removed or expired.',
      fix: 'Compare what the app sends with what you copied: 47 characters that start with lks_. If in doubt, make a new secret and roll it out.',
    },
    {
      detail: /does not match the registered/,
      cause: 'The app proves who it is in another way than it is registered for.',
      fix: 'An app with a secret sends client_id and client_secret; one with keys sends a client_assertion; one in a browser or on a device sends client_id alone.',
    },
    {
      detail: /only be used once/,
      cause: 'The same client_assertion came twice.',
      fix: 'Make a new one, with a new jti, for every request; check that no proxy or library repeats requests.',
    },
    {
      detail: /^lifetime$|exp/,
      cause: 'The client_assertion has expired, has no end, or lives for more than an hour.',
      fix: 'Set exp to a minute from now, and check the clock of the machine.',
    },
    {
      detail: /aud/,
      cause: 'The client_assertion is addressed to another server.',
      fix: 'Set aud to the issuer of this server, letter by letter.',
    },
    {
      cause: 'The app could not prove that it is this app.',
      fix: 'Check the client id, and the secret or the key that belongs to it.',
    },
  ],
  unauthorized_client: [
    {
      cause: 'This kind of app may not use this grant.',
      fix: 'A machine app uses client_credentials and nothing else; an app that people sign in to uses authorization_code and refresh_token. Register another app for the other purpose.',
    },
  ],
  too_many_requests: [
    {
      cause: 'There were 20 wrong secrets from one address within five minutes.',
      fix: 'Stop what keeps trying with the wrong secret; a right one is taken at once.',
    },
  ],
  invalid_dpop_proof: [
    {
      detail: /\((iat|exp|nbf)\)/,
      cause: 'The DPoP proof is too old, from the future, expired or not valid yet.',
      fix: 'Make a proof for each request, and check the clock of the machine.',
    },
    {
      detail: /htm|htu/,
      cause: 'The DPoP proof is for another method or address.',
      fix: 'Set htm to the method and htu to the address without its query.',
    },
    {
      cause: 'The DPoP proof does not fit the request.',
      fix: 'Make a new proof, with a new jti, for each request.',
    },
  ],
} satisfies Causes;
