import type { FormState } from '../forms.ts';
import { textOf } from '../forms.ts';

type Fields = FormState['values'];

/** Characters of what is saved that a sentence shows. */
const MOST = 80;

/**
 * What somebody else has saved meanwhile and differs from what was typed, in words, by the labels of the fields. Fields
 * without a label are not compared.
 */
export function differencesInWords(saved: Fields, typed: Fields, labels: Readonly<Record<string, string>>): string {
  const other = Object.entries(labels).filter(([name]) => plain(saved[name]) !== plain(typed[name]));
  if (other.length === 0) return 'What is saved now is the same as what you typed.';
  return `What is saved now differs here: ${other.map(([name, label]) => `${label}: ${shown(saved[name])}`).join('; ')}.`;
}

/** As it compares: line by line, without spaces around and the line ends of browsers. */
const plain = (value: Fields[string] | undefined) =>
  textOf(value)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean)
    .join(', ');

function shown(value: Fields[string] | undefined): string {
  const text = plain(value);
  if (text === '') return 'nothing';
  return text.length > MOST ? `“${text.slice(0, MOST)}…”` : `“${text}”`;
}
