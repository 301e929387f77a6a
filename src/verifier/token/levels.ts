/**
 * How surely somebody is who they say, from the least: `acr` of tokens, and `acr_values` of requests (docs/decisions/0049).
 * `phr` is registered: phishing-resistant (OpenID Connect Extended Authentication Profile ACR Values 1.0).
 */
export const LEVELS = ['urn:latchkey:acr:1fa', 'urn:latchkey:acr:2fa', 'phr'] as const;
export type Level = (typeof LEVELS)[number];

export const isLevel = (value: unknown): value is Level => (LEVELS as readonly unknown[]).includes(value);

/** Whether an `acr` is at least the wanted one. One that this server does not know is just itself. */
export function reaches(acr: unknown, wanted: string): boolean {
  if (!isLevel(acr) || !isLevel(wanted)) return acr === wanted;
  return LEVELS.indexOf(acr) >= LEVELS.indexOf(wanted);
}

/** The level of the means that somebody signed in with (RFC 8176). */
export function levelOf(amr: readonly string[] | undefined): Level {
  if (!amr?.includes('mfa')) return 'urn:latchkey:acr:1fa';
  return amr.includes('hwk') || amr.includes('swk') ? 'phr' : 'urn:latchkey:acr:2fa';
}
