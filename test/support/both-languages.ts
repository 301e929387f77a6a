import { CATALOGUES } from '../../src/texts/catalogues.ts';
import { unescapeHtml } from './html.ts';
import type { Person } from './person.ts';

/** Texts that are the same in both languages, with their values left open. */
const SAME = Object.entries(CATALOGUES.de).flatMap(([area, texts]) =>
  Object.entries(texts).filter(
    ([name, text]) =>
      text === CATALOGUES.en[area]?.[name] && !text.includes(',') && /\p{L}{2}/u.test(text.replace(/\{\w+\}/g, '')),
  ),
);
const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const SAME_TEXTS = SAME.map(([, text]) => new RegExp(`^${quoted(text).replace(/\\\{\w+\\\}/g, '.*')}$`));

/** Products, programs, protocols and languages, by their own names. */
const NAMES = new Set(
  [
    ...['Latchkey', 'Latchkey admin API', 'UTC', 'English', 'Deutsch', 'العربية'],
    ...['Koa', 'Express', 'Fastify', 'fetch', 'nginx', 'curl', 'Node', 'Python', 'Go', 'Java', 'PHP', 'Ruby', 'C#'],
  ].map((name) => name.toLowerCase()),
);

/** What is no word of ours: an address, an identifier, a file, or what the world of the specs calls its things. */
const IDENTIFIERS = [
  /^(mailto|https?):\S*$/,
  /^\S+@\S+$/,
  /^[\w-]+([._:/=-][\w*-]+)+$/,
  /^\.env$/,
  /^App [0-9a-f]{8}$/,
  /^About sub_\w+$/,
  /^Reports \(https:\S+\)$/,
  /^\d+ APIs?$/,
];
const isNoWord = (text: string, names: ReadonlySet<string>) =>
  names.has(text) || NAMES.has(text.toLowerCase()) || [...IDENTIFIERS, ...SAME_TEXTS].some((one) => one.test(text));

/** A page without what it says to be in English on purpose. */
function withoutEnglish(html: string): string {
  const start = /<(\w+)[^>]* lang="en"[^>]*>/g;
  start.lastIndex = html.indexOf('<body');
  const found = start.exec(html);
  if (!found) return html;
  const [opening, tag] = found;
  const tags = new RegExp(`<(/?)${tag}\\b[^>]*>`, 'g');
  tags.lastIndex = found.index + opening.length;
  let depth = 1;
  for (let next = tags.exec(html); next && depth > 0; next = depth > 0 ? tags.exec(html) : null)
    depth += next[1] ? -1 : 1;
  return withoutEnglish(`${html.slice(0, found.index)}\n${html.slice(depth > 0 ? html.length : tags.lastIndex)}`);
}

/** What people read of a page, each piece once: text between tags, and attributes. Titles are without the installation’s name. */
export function wordsOf(html: string): Set<string> {
  const shown = withoutEnglish(html)
    .replace(/<(script|style|code|pre|kbd|samp|time|bdi)\b[\s\S]*?<\/\1>/g, '\n')
    .replace(/<(\w+) class="avatar[^>]*>[^<]*<\/\1>/g, '\n');
  const attributes = [...shown.matchAll(/\b(?:aria-label|aria-description|placeholder|title|alt)="([^"]*)"/g)].map(
    ([, value = '']) => value,
  );
  const between = shown.replace(/<[^>]*>/g, '\n').split('\n');
  const pieces = [...between, ...attributes].map((piece) => unescapeHtml(piece).replace(/\s+/g, ' ').trim());
  return new Set(pieces.map((piece) => piece.replace(/ · Latchkey$/, '')).filter((piece) => /\p{L}{2}/u.test(piece)));
}

/**
 * What a page, or the answer to a form, says in German as it does in English.
 * @param names what others have called their things
 */
export async function saidInBoth(
  person: Person,
  path: string,
  { form, names = [] }: { form?: Record<string, string>; names?: readonly string[] } = {},
): Promise<string[]> {
  const answer = async (language: string) => {
    const response = await person.request(path, {
      headers: { 'accept-language': language },
      ...(form ? { form } : {}),
    });
    // A redirect shows nothing.
    return response.status === 303 ? new Set<string>() : wordsOf(await response.text());
  };
  const [english, german] = [await answer('en'), await answer('de')];
  const known = new Set(names);
  return [...german].filter((piece) => english.has(piece) && !isNoWord(piece, known));
}
