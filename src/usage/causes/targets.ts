import type { Causes } from './cause.ts';

/** What a token is for. */
export const targets = {
  invalid_scope: [
    {
      detail: /may not have a requested scope/,
      why: 'scopeNotSubscribed',
    },
    {
      detail: /none of the requested scopes/,
      why: 'scopesNone',
    },
    {
      detail: /roles of the API, which are too many/,
      why: 'tooManyRoles',
    },
    {
      detail: /too many for one token/,
      why: 'tooManyScopes',
    },
    {
      detail: /refresh token missing/,
      why: 'refreshScope',
    },
    {
      detail: /ask for openid/,
      why: 'noTarget',
    },
    {
      detail: /invalid characters/,
      why: 'scopeCharacters',
    },
    {
      why: 'scopeUnknown',
    },
  ],
  invalid_target: [
    {
      detail: /unknown, or this app may not/,
      why: 'apiNotSubscribed',
    },
    {
      detail: /resource is missing|is missing, or unknown/,
      why: 'resourceMissing',
    },
    {
      detail: /only (one|a single)/,
      why: 'resourceSeveral',
    },
    {
      detail: /absolute URI|fragment/,
      why: 'resourceForm',
    },
    {
      why: 'resourceUnusable',
    },
  ],
} satisfies Causes;
