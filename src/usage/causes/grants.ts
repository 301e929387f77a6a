import type { Causes } from './cause.ts';

/** What a token request builds on. */
export const grants = {
  invalid_grant: [
    {
      detail: /code_verifier/,
      why: 'verifierWrong',
    },
    {
      detail: /redirect_uri mismatch/,
      why: 'redirectDiffers',
    },
    {
      detail: /code.*(expired)/,
      why: 'codeOld',
    },
    {
      detail: /code (already|not found)/,
      why: 'codeUsed',
    },
    {
      detail: /refresh token already used|already used/,
      why: 'refreshReused',
    },
    {
      detail: /its successor were used/,
      why: 'refreshInWindow',
    },
    {
      detail: /another proof key than the refresh/,
      why: 'refreshOtherKey',
    },
    {
      detail: /refresh token not found/,
      why: 'refreshUnknown',
    },
    {
      detail: /refresh token is expired|grant is expired/,
      why: 'refreshExpired',
    },
    {
      detail: /client mismatch/,
      why: 'otherApp',
    },
    {
      detail: /DPoP|jkt/,
      why: 'keyMissing',
    },
    {
      detail: /account not found/,
      why: 'accountGone',
    },
    {
      why: 'grantGone',
    },
  ],
  unsupported_grant_type: [
    {
      why: 'noSuchGrant',
    },
  ],
  invalid_token: [
    {
      detail: /audience/,
      why: 'tokenForApi',
    },
    {
      why: 'tokenGone',
    },
  ],
  insufficient_scope: [{ why: 'scopeLacking' }],
  expired_token: [{ why: 'deviceExpired' }],
} satisfies Causes;
