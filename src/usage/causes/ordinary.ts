import type { Causes } from './cause.ts';

/** What a person answered, and failures that nobody can do anything about. */
export const ordinary = {
  access_denied: [{ why: 'saidNo' }],
  login_required: [
    {
      why: 'notSignedIn',
    },
  ],
  consent_required: [
    {
      why: 'notAgreed',
    },
  ],
  interaction_required: [{ why: 'pageNeeded' }],
  account_selection_required: [{ why: 'pageNeeded' }],
  authorization_pending: [{ why: 'codeNotTyped' }],
  slow_down: [{ why: 'tooOften' }],
  server_error: [{ why: 'ourSide' }],
  temporarily_unavailable: [
    {
      why: 'databaseAway',
    },
  ],
} satisfies Causes;
