import type { Causes } from './cause.ts';

/** What a person answered, and failures that nobody can do anything about. */
export const ordinary = {
  access_denied: [{ cause: 'The person said no.', fix: 'Nothing. Tell the person what the app cannot do without it.' }],
  login_required: [
    {
      cause: 'The app asked with prompt=none, and nobody is signed in.',
      fix: 'Nothing. Ask again without prompt=none when the person wants to sign in.',
    },
  ],
  consent_required: [
    {
      cause: 'The app asked with prompt=none for something that the person has not agreed to.',
      fix: 'Ask again without prompt=none.',
    },
  ],
  interaction_required: [
    { cause: 'The app asked with prompt=none, and a page is needed.', fix: 'Ask again without prompt=none.' },
  ],
  account_selection_required: [
    { cause: 'The app asked with prompt=none, and a page is needed.', fix: 'Ask again without prompt=none.' },
  ],
  authorization_pending: [
    { cause: 'The person has not typed the code in yet.', fix: 'Nothing. Go on asking at the interval.' },
  ],
  slow_down: [{ cause: 'The device asks too often.', fix: 'Wait five seconds longer between two requests.' }],
  server_error: [
    { cause: 'Something went wrong on our side.', fix: 'Try again. If it stays, tell the operator the request id.' },
  ],
  temporarily_unavailable: [
    {
      cause: 'The server could not reach its database or its keys for a moment.',
      fix: 'Try again after the seconds in Retry-After.',
    },
  ],
} satisfies Causes;
