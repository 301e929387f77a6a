import type { Causes } from './cause.ts';

/** What a token is for. */
export const targets = {
  invalid_scope: [
    {
      detail: /may not have a requested scope/,
      cause: 'The app’s subscription does not allow a scope that it asked for.',
      fix: 'Ask for less, or ask the API’s owner for the scope on the app’s page.',
    },
    {
      detail: /none of the requested scopes/,
      cause: 'None of the scopes is one that this app may have of that API.',
      fix: 'Compare the names with the API’s page, and check that the subscription has been approved.',
    },
    {
      detail: /roles of the API, which are too many/,
      cause: 'The person has so many roles of the API that the token that names them would be too large.',
      fix: 'The API’s owner takes roles from the person, shortens their names, or turns off that tokens name roles.',
    },
    {
      detail: /too many for one token/,
      cause: 'The token would be too large with all of these scopes.',
      fix: 'Ask with scope for those that this request needs, and for the others in another token.',
    },
    {
      detail: /refresh token missing/,
      cause: 'A refresh cannot have scopes that the person did not grant at first.',
      fix: 'Leave scope out, or send the person through sign-in again with the new scope.',
    },
    {
      detail: /ask for openid/,
      cause: 'The request names neither openid nor an API, and the app has no API of its own by default.',
      fix: 'Add openid to the scope, or name the API with resource.',
    },
    {
      detail: /invalid characters/,
      cause: 'The scope has characters that no scope can have.',
      fix: 'Separate scopes by single spaces, and encode the form once.',
    },
    {
      cause: 'A scope that was asked for is unknown, or not for this app.',
      fix: 'Compare the names with the app’s subscriptions.',
    },
  ],
  invalid_target: [
    {
      detail: /unknown, or this app may not/,
      cause: 'There is no such API, or the app has no live subscription of it.',
      fix: 'Compare resource with the API’s identifier, letter by letter, and look at the subscription on the app’s page.',
    },
    {
      detail: /resource is missing|is missing, or unknown/,
      cause: 'The request does not say which API the token is for, or names one that the person was not asked about.',
      fix: 'Send resource with the API’s identifier, already in the authorization request. Or give the app a default API.',
    },
    {
      detail: /only (one|a single)/,
      cause: 'A token is for one API, and the request names several.',
      fix: 'Ask for one token for each API.',
    },
    {
      detail: /absolute URI|fragment/,
      cause: 'The resource is not an absolute URI without fragment.',
      fix: 'Send the API’s identifier as its page shows it.',
    },
    {
      cause: 'The API that was asked for cannot be used.',
      fix: 'Compare resource with the API’s identifier.',
    },
  ],
} satisfies Causes;
