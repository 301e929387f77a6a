import { AsyncLocalStorage } from 'node:async_hooks';
import type { Language } from './languages.ts';

/** Who says which language it is, the strongest last. */
const VOICES = ['nobody', 'browser', 'visitor', 'account', 'app', 'here'] as const;
/**
 * `browser`: its Accept-Language. `visitor`: a choice in a cookie. `account`: a choice of the person who is signed in. `app`: its
 * ui_locales, for a sign-in. `here`: a choice on a page of such a sign-in.
 */
export type Voice = (typeof VOICES)[number];

interface Speech {
  language: Language;
  voice: Voice;
  timeZone: string;
}

const storage = new AsyncLocalStorage<Speech>();

/** The language of the current request; English outside of one, which is what programs, logs and operators get. */
export const languageNow = (): Language => storage.getStore()?.language ?? 'en';

/** Whether somebody reads the answer: there is a request, and it is not a program’s. */
export const isSpoken = (): boolean => storage.getStore() !== undefined;

/** The time zone of the current request, by its name of IANA; UTC outside of one. */
export const timeZoneNow = (): string => storage.getStore()?.timeZone ?? 'UTC';

/** Runs `work` in a language and time zone, whatever is the case around it. */
export function inLanguage<T>(language: Language, timeZone: string, work: () => T): T {
  return storage.run({ language, timeZone, voice: 'nobody' }, work);
}

/** From here on the request is in this language, unless a stronger voice has spoken. Outside of a request it does nothing. */
export function speak(language: Language | undefined, voice: Voice): void {
  const speech = storage.getStore();
  if (!speech || !language || VOICES.indexOf(voice) < VOICES.indexOf(speech.voice)) return;
  Object.assign(speech, { language, voice });
}

/** From here on the times of the request are those of this zone. */
export function tellTimeOf(timeZone: string | undefined): void {
  const speech = storage.getStore();
  if (speech && timeZone) speech.timeZone = timeZone;
}
