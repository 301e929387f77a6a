import type { Causes } from './cause.ts';

/** Proving which app it is. */
export const authentication = {
  invalid_client: [
    {
      detail: /invalid secret/,
      why: 'wrongSecret',
    },
    {
      detail: /does not match the registered/,
      why: 'wrongMethod',
    },
    {
      detail: /only be used once/,
      why: 'assertionTwice',
    },
    {
      detail: /^lifetime$|exp/,
      why: 'assertionExpired',
    },
    {
      detail: /aud/,
      why: 'assertionAudience',
    },
    {
      why: 'notProven',
    },
  ],
  unauthorized_client: [
    {
      why: 'wrongGrant',
    },
  ],
  too_many_requests: [
    {
      why: 'tooManyWrong',
    },
  ],
  invalid_dpop_proof: [
    {
      detail: /\((iat|exp|nbf)\)/,
      why: 'dpopTime',
    },
    {
      detail: /htm|htu/,
      why: 'dpopTarget',
    },
    {
      why: 'dpopWrong',
    },
  ],
} satisfies Causes;
