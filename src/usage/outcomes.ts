/** What a request of an app ended with: this, or an error code. */
export const SUCCESS = 'ok';

/**
 * Answers that a healthy app gets from time to time: the person said no, is not signed in, or has not answered yet. They
 * are counted under their names, and are no failures.
 */
export const ORDINARY: readonly string[] = [
  SUCCESS,
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
  'authorization_pending',
  'slow_down',
];

const ordinary = new Set(ORDINARY);

/** Whether something is wrong: with the request, with the app's registration, or with this server. */
export const isFailure = (outcome: string) => !ordinary.has(outcome);
