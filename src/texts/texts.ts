import { IntlMessageFormat } from 'intl-messageformat';
import { CATALOGUES } from './catalogues.ts';
import type { en } from './en/index.ts';
import { LANGUAGES, type Language } from './languages.ts';
import { marked } from './marks.ts';
import { languageNow } from './speech.ts';

type Catalogue = typeof en;
type Area = keyof Catalogue & string;

/** `area.name` of every text that there is. */
export type TextKey = { [A in Area]: `${A}.${keyof Catalogue[A] & string}` }[Area];

type MessageOf<Key> = Key extends `${infer A extends Area}.${infer Name}`
  ? Name extends keyof Catalogue[A]
    ? Catalogue[A][Name]
    : never
  : never;
type NamesIn<Message> = Message extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

export type TextValue = string | number;
/** The values that a text names. Where it chooses between words, TypeScript sees just that it takes some. */
type ValuesOf<Key, Value> =
  MessageOf<Key> extends `${string}{${string}, ${string}`
    ? Readonly<Record<string, Value>>
    : Readonly<Record<NamesIn<MessageOf<Key>>, Value>>;
type Arguments<Key, Value> = MessageOf<Key> extends `${string}{${string}` ? [values: ValuesOf<Key, Value>] : [];

/** The text of a key, in the language of the current request, as ICU messages have it. */
export function t<Key extends TextKey>(key: Key, ...[values]: Arguments<Key, TextValue>): string {
  return textOf(key, values ?? {});
}

/**
 * A text as HTML. It is escaped, and so are `values`; what `html` names are pieces of HTML, a link or code in the sentence.
 */
export function richText(
  escaped: (text: string) => string,
  key: TextKey,
  html: Readonly<Record<string, string>>,
  values: Readonly<Record<string, TextValue>> = {},
): string {
  const pieces = Object.values(html);
  // Characters for private use hold the places of the pieces. Values lose theirs.
  const places = Object.fromEntries(Object.keys(html).map((name, place) => [name, `\uE000${place}\uE001`]));
  const text = textOf(key, { ...mapped(values, (value) => String(value).replace(/[\uE000\uE001]/g, '')), ...places });
  const parts = text.split(/\uE000(\d+)\uE001/);
  return parts.map((part, index) => (index % 2 === 0 ? escaped(part) : (pieces[Number(part)] ?? ''))).join('');
}

const mapped = (values: Readonly<Record<string, TextValue>>, change: (text: string) => string) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? change(value) : value]),
  );

/** Parsed messages, of which there are as many as texts. */
const parsed = new Map<string, IntlMessageFormat | string>();

function textOf(key: TextKey, values: Readonly<Record<string, TextValue>>): string {
  const language = languageNow();
  const name = `${language} ${key}`;
  let message = parsed.get(name);
  if (message === undefined) {
    message = parse(language, key);
    parsed.set(name, message);
  }
  const text = typeof message === 'string' ? message : String(message.format(values));
  return marked(readsLeft(text, language, key) ? LRM + text + LRM : text);
}

/** A mark without width that reads from left to right: between two of them a sentence keeps the point at its end. */
const LRM = '\u200E';

/** Whether a text is English that stands in on pages that are read from right to left. */
const readsLeft = (text: string, language: Language, key: string) =>
  LANGUAGES[language].dir === 'rtl' && messageIn(language, key) === undefined && text !== '';

/** @throws {Error} a key that there is not, or a message that is none */
function parse(language: Language, key: string): IntlMessageFormat | string {
  const own = messageIn(language, key);
  const message = own ?? messageIn('en', key);
  if (message === undefined) throw new Error(`there is no text ${key}`);
  if (!/[{']/.test(message)) return message;
  const { locale } = LANGUAGES[own === undefined ? 'en' : language];
  return new IntlMessageFormat(message, locale, undefined, { ignoreTag: true });
}

function messageIn(language: Language, key: string): string | undefined {
  const [area = '', name = ''] = key.split('.');
  const catalogue: Readonly<Record<string, Readonly<Record<string, string>> | undefined>> = CATALOGUES[language];
  return Object.hasOwn(catalogue, area) && Object.hasOwn(catalogue[area] ?? {}, name)
    ? catalogue[area]?.[name]
    : undefined;
}
