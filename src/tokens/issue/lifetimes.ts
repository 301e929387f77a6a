const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** All in seconds. */
export const lifetimes = {
  authorizationCode: MINUTE,
  /** Long enough to fetch a phone, sign in and read. */
  deviceCode: 10 * MINUTE,
  /** Of a token for UserInfo; a token for an API lives as long as the API says. */
  accessToken: 5 * MINUTE,
  idToken: HOUR,
  interaction: HOUR,
  /** A refresh token that is not used for so long is dead, */
  refreshIdle: 14 * DAY,
  /** and its family is dead so long after the person's consent, however often it was refreshed. */
  refreshAbsolute: 90 * DAY,
  /** At least the longest life of a family, because it caps a refresh. */
  grant: 180 * DAY,
  sessionIdle: 14 * DAY,
  sessionAbsolute: 30 * DAY,
  /** Of a session in which nobody has signed in: it holds up a form or two. */
  sessionSignedOut: HOUR,
} as const;

/** Seconds that a refresh token lives, by when its family began and the time now, both in seconds. */
export const refreshLifetime = (familyStart: number, at: number) =>
  Math.max(1, Math.min(lifetimes.refreshIdle, familyStart + lifetimes.refreshAbsolute - at));

/** Unix seconds, as claims and payloads have them. */
export const toSeconds = (time: Date) => Math.floor(time.getTime() / 1000);
