/** The languages of pages and mails. English is complete and stands in for what another one lacks. */
export const LANGUAGES = {
  en: { name: 'English', dir: 'ltr', locale: 'en-GB' },
  de: { name: 'Deutsch', dir: 'ltr', locale: 'de-DE' },
  // In part: it proves that English stands in, and that pages can be read from right to left.
  ar: { name: 'العربية', dir: 'rtl', locale: 'ar' },
} as const;

export type Language = keyof typeof LANGUAGES;

export const LANGUAGE_CODES = Object.keys(LANGUAGES) as readonly Language[];

export const isLanguage = (value: unknown): value is Language => LANGUAGE_CODES.some((code) => code === value);
