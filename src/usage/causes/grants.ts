import type { Causes } from './cause.ts';

/** What a token request builds on. */
export const grants = {
  invalid_grant: [
    {
      detail: /code_verifier/,
      cause: 'The code_verifier is missing, or not the one whose hash was in the authorization request.',
      fix: 'Keep the verifier with the sign-in that it belongs to, such as in the session under its state, and send it with the code.',
    },
    {
      detail: /redirect_uri mismatch/,
      cause: 'The redirect_uri is not the one of the authorization request.',
      fix: 'Send the same redirect_uri, letter by letter, both times.',
    },
    {
      detail: /code.*(expired)/,
      cause: 'The code is more than a minute old.',
      fix: 'Exchange the code as soon as it arrives, and check that nothing queues before that.',
    },
    {
      detail: /code (already|not found)/,
      cause: 'The code was used before, or this server never gave it out.',
      fix: 'Exchange each code once. A page that is reloaded, or two workers with the same callback, do it twice.',
    },
    {
      detail: /refresh token already used|already used/,
      cause: 'A used refresh token came back. It may have been stolen, so the whole sign-in was ended.',
      fix: 'Keep the new refresh token before anything else, refresh one at a time per person, and consider a retry window. The person signs in again.',
    },
    {
      detail: /its successor were used/,
      cause:
        'A used refresh token came back inside the retry window, after the new one had been used too. Nothing was ended.',
      fix: 'Use the newest refresh token of the person: another worker or tab has it.',
    },
    {
      detail: /another proof key than the refresh/,
      cause:
        'A refresh was repeated inside the retry window with another DPoP key, or with a proof where there was none.',
      fix: 'Repeat a refresh with the key that it was first asked for with.',
    },
    {
      detail: /refresh token not found/,
      cause:
        'This refresh token is unknown, or its sign-in was ended: revoked, reused, disconnected by the person, or the app was disabled.',
      fix: 'Let the person sign in again. If it happens often, look for a refresh token that is used twice.',
    },
    {
      detail: /refresh token is expired|grant is expired/,
      cause: 'The refresh token lay unused for 14 days, or the sign-in is more than 90 days old.',
      fix: 'Let the person sign in again.',
    },
    {
      detail: /client mismatch/,
      cause: 'The code or token was issued to another app.',
      fix: 'Use the client id that the sign-in was started with; check which environment’s settings are loaded.',
    },
    {
      detail: /DPoP|jkt/,
      cause: 'What was issued is bound to a key, and the request has no proof of that key.',
      fix: 'Send a DPoP header that is signed with the key of the first request.',
    },
    {
      detail: /account not found/,
      cause: 'The person’s account is disabled or gone.',
      fix: 'Sign the person out of the app.',
    },
    {
      cause: 'The code, token or sign-in that the request builds on is no longer good.',
      fix: 'Let the person sign in again.',
    },
  ],
  unsupported_grant_type: [
    {
      cause: 'This server does not have that grant_type.',
      fix: 'Use client_credentials, authorization_code or refresh_token. There is no password grant: people sign in on this server’s page only.',
    },
  ],
  invalid_token: [
    {
      detail: /audience/,
      cause: 'A token for an API was sent to UserInfo.',
      fix: 'Ask for openid without resource for a token that is good at UserInfo, or read the ID token instead.',
    },
    {
      cause: 'The access token is expired, revoked, or none of ours.',
      fix: 'Get a new one. The token inspector says more about the one you have.',
    },
  ],
  insufficient_scope: [
    { cause: 'The token lacks a scope that the request needs.', fix: 'Ask for the scope, openid for UserInfo.' },
  ],
  expired_token: [{ cause: 'The code on the device has expired.', fix: 'Start again, and show the new code.' }],
} satisfies Causes;
