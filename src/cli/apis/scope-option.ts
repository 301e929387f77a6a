export interface DescribedScope {
  readonly name: string;
  readonly description: string;
}

/** The rule in the words of `--help`. */
export const SCOPE_RULE = `A --scope is NAME or NAME:DESCRIPTION. A name may itself contain colons, so the description
starts after the first colon that is followed by words: text with a space in it, or one word
with a capital letter.

  reports:read                  the scope reports:read, without a description
  "reports:read:Read reports"   the scope reports:read, described as Read reports
  read:Read                     the scope read, described as Read
  "read: reading"               a space after the colon makes any text a description
  Reports:Read:                 a colon at the end says that there is no description`;

/** A text with white space, or a single capitalized word: nothing that a segment of a scope's name looks like. */
const WORDS = /\s|^\p{Lu}[\p{Ll}\p{M}'’-]*[.!]?$/u;

/** Splits the value of `--scope` into name and description, by SCOPE_RULE. */
export function parseScopeOption(value: string): DescribedScope {
  if (value.endsWith(':')) return { name: value.slice(0, -1), description: '' };
  const segments = value.split(':');
  const start = segments.findIndex((segment, index) => index > 0 && WORDS.test(segment));
  if (start === -1) return { name: value, description: '' };
  return { name: segments.slice(0, start).join(':'), description: segments.slice(start).join(':').trim() };
}
