import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { IntlMessageFormat } from 'intl-messageformat';
import { CATALOGUES } from '../../src/texts/catalogues.ts';
import { LANGUAGE_CODES, LANGUAGES, type Language } from '../../src/texts/languages.ts';
import { inLanguage } from '../../src/texts/speech.ts';
import { richText, t } from '../../src/texts/texts.ts';

const root = new URL('../../', import.meta.url);

/** Every text of a language by its key. */
const textsOf = (language: Language) =>
  Object.entries(CATALOGUES[language]).flatMap(([area, texts]) =>
    Object.entries(texts).map(([name, message]) => [`${area}.${name}`, message] as const),
  );

type Element = ReturnType<IntlMessageFormat['getAst']>[number];

/** Names of arguments, each with what it is used as. */
function argumentsOf(message: string, language: Language): string[] {
  const found = new Set<string>();
  const walk = (elements: readonly Element[]) => {
    for (const element of elements) {
      // Kinds of the parser: 1 is a plain argument, 5 a choice between words, 6 one between plurals.
      if (element.type !== 0 && element.type !== 7) found.add(`${String(element.value)} ${element.type}`);
      if ('options' in element) for (const option of Object.values(element.options)) walk(option.value);
    }
  };
  walk(new IntlMessageFormat(message, LANGUAGES[language].locale, undefined, { ignoreTag: true }).getAst());
  return [...found].sort();
}

describe('the catalogue', () => {
  it.each(LANGUAGE_CODES)('has only messages that can be read, in %s', (language) => {
    const broken = textsOf(language).filter(([, message]) => {
      try {
        argumentsOf(message, language);
        return message.trim() === '' || /<\w|&\w+;/.test(message);
      } catch {
        return true;
      }
    });
    expect(broken).toEqual([]);
  });

  it.each(['de', 'ar'] as const)('takes the same values in %s as in English', (language) => {
    const english = new Map(textsOf('en'));
    const other = textsOf(language).filter(
      ([key, message]) => argumentsOf(message, language).join() !== argumentsOf(english.get(key) ?? '', 'en').join(),
    );
    expect(other).toEqual([]);
  });

  it('is complete in German', () => {
    expect(
      textsOf('de')
        .map(([key]) => key)
        .sort(),
    ).toEqual(
      textsOf('en')
        .map(([key]) => key)
        .sort(),
    );
  });

  it('has every text that templates and code name, and no other', () => {
    const files = ['views', 'src'].flatMap((folder) =>
      readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.(eta|ts)$/.test(file) && !/^texts\/(en|de|ar)\//.test(file))
        .map((file) => readFileSync(new URL(`${folder}/${file}`, root), 'utf8')),
    );
    const text = files.join('\n');
    const keys = new Set<string>(textsOf('en').map(([key]) => key));
    const called = [...text.matchAll(/\b(?:t|rich)\(\s*'([^']+)'/g)].map(([, key = '']) => key);
    expect([...new Set(called.filter((key) => !keys.has(key)))]).toEqual([]);
    const prefixes = [...text.matchAll(/`([a-zA-Z]+\.\w*)\$\{/g)].map(([, prefix = '']) => prefix);
    const unused = [...keys].filter(
      (key) =>
        !new RegExp(`['"\`]${key.replace('.', '\\.')}['"\`]`).test(text) &&
        !prefixes.some((one) => key.startsWith(one)),
    );
    expect(unused).toEqual([]);
  });
});

describe('a text', () => {
  it('is in English outside of a request, and in the language of the request in one', () => {
    expect(t('shell.signOut')).toBe('Sign out');
    expect(inLanguage('de', 'UTC', () => t('shell.signOut'))).toBe('Abmelden');
  });

  it('is in English where a language lacks it', () => {
    expect(inLanguage('ar', 'UTC', () => [t('shell.home'), t('shell.badTimeZone')])).toEqual([
      'الرئيسية',
      // Between marks that keep its point at its end, on a page that is read from right to left.
      '\u200EThere is no time zone of this name.\u200E',
    ]);
  });

  it('takes its values as they are', () => {
    expect(inLanguage('de', 'UTC', () => t('shell.timeNow', { time: '{x} <b>' }))).toBe('Dort ist es {x} <b>.');
  });

  it('takes no values but those that it names', () => {
    // @ts-expect-error a value that the text does not name
    expect(() => t('shell.timeNow', { hour: '1' })).toThrow(/time/);
    // @ts-expect-error a text that there is not
    expect(() => t('shell.nothing')).toThrow('there is no text shell.nothing');
  });

  it('is escaped as HTML, all but the pieces that are HTML', () => {
    const escaped = (text: string) => text.replaceAll('<', '&lt;').replace(/[\uE000\uE001]/g, '?');
    expect(richText(escaped, 'shell.timeNow', { time: '<b>1</b>' })).toBe('It is <b>1</b> there.');
    expect(richText(escaped, 'shell.timeNow', {}, { time: '<b>\uE0000\uE001' })).toBe('It is &lt;b>0 there.');
  });
});
