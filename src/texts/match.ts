import { lookup } from 'bcp-47-match';
import { LANGUAGE_CODES, type Language } from './languages.ts';

/** What names more languages than anybody speaks is looked at no further. */
const MOST_CHARACTERS = 1000;
const MOST_LANGUAGES = 50;

/** The first of the languages asked for that there is (RFC 4647 §3.4): `de-AT` is German. */
function firstOf(asked: readonly string[]): Language | undefined {
  return lookup([...LANGUAGE_CODES], asked.slice(0, MOST_LANGUAGES)) as Language | undefined;
}

/** By `ui_locales` of OpenID Connect Core §3.1.2.1: languages with spaces in between, the best one first. */
export function languageOfLocales(locales: unknown): Language | undefined {
  if (typeof locales !== 'string' || locales.length > MOST_CHARACTERS) return undefined;
  return firstOf(locales.split(' ').filter((one) => one !== ''));
}

/** By an Accept-Language header (RFC 9110 §12.5.4), which one that is too long does not count as. */
export function languageOfHeader(header: string): Language | undefined {
  if (header === '' || header.length > MOST_CHARACTERS) return undefined;
  const asked = header.split(',').flatMap((entry, place) => {
    const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2);
    const q = weight === undefined ? 1 : Number(weight);
    return q > 0 && q <= 1 && /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(tag) ? [{ tag, q, place }] : [];
  });
  const sorted = asked.sort((one, other) => other.q - one.q || one.place - other.place);
  return firstOf(sorted.map(({ tag }) => tag));
}
