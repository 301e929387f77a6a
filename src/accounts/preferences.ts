import type { Db } from '../db/connections/connection.ts';
import type { Account } from '../db/tables/tables.ts';
import { isLanguage, type Language } from '../texts/languages.ts';
import { speak, tellTimeOf } from '../texts/speech.ts';
import { timeZoneOf } from '../texts/zones.ts';

/** How a person reads pages and mails; undefined is as their browser says. */
export interface Preferences {
  readonly language: Language | undefined;
  readonly timeZone: string | undefined;
}

export function preferencesOf({ language, time_zone: zone }: Pick<Account, 'language' | 'time_zone'>): Preferences {
  return { language: isLanguage(language) ? language : undefined, timeZone: timeZoneOf(zone) };
}

/** Keeps what a person chose for themselves. Nobody's rights depend on it, so the audit trail does not tell. */
export async function keepPreferences(db: Db, accountId: string, { language, timeZone }: Preferences): Promise<void> {
  await db
    .updateTable('accounts')
    .set({ language: language ?? null, time_zone: timeZone ?? null })
    .where('id', '=', accountId)
    .execute();
}

/** From here on the request is in the language and the time zone that this person chose. */
export function speakTo(account: Pick<Account, 'language' | 'time_zone'>): void {
  const { language, timeZone } = preferencesOf(account);
  speak(language, 'account');
  tellTimeOf(timeZone);
}
