/** Names alone: offsets such as +01:00 are zones to Intl, but say nothing of summer. */
const NAME = /^[A-Za-z]{2,}[A-Za-z0-9_+/-]{0,60}$/;

/** The name that Intl has for a time zone, in the case it has it; undefined for what is none. */
export function timeZoneOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !NAME.test(value)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** What one can choose. */
export const timeZones = (): readonly string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')];
