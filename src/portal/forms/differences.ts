import { t } from '../../texts/texts.ts';
import { type FormState, textOf } from '../forms.ts';

type Fields = FormState['values'];

/** Characters of what is saved that a sentence shows. */
const MOST = 80;

/**
 * What somebody else has saved meanwhile and differs from what was typed, in words, by the labels of the fields. Fields
 * without a label are not compared.
 */
export function differencesInWords(saved: Fields, typed: Fields, labels: Readonly<Record<string, string>>): string {
  const other = Object.entries(labels).filter(([name]) => plain(saved[name]) !== plain(typed[name]));
  if (other.length === 0) return t('forms.noDifference');
  const list = other.map(([name, label]) => t('forms.difference', { label, value: shown(saved[name]) })).join('; ');
  return t('forms.differences', { list });
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
  if (text === '') return t('forms.differenceNothing');
  return t('forms.differenceValue', { value: text.length > MOST ? `${text.slice(0, MOST)}…` : text });
}
