import unhomoglyph from 'unhomoglyph';

/**
 * The skeleton of UTS 39 §4: two texts that look the same have the same one. The table of confusables is Unicode's, as
 * `unhomoglyph` carries it.
 */
export const skeletonOf = (text: string) => unhomoglyph(text.normalize('NFD')).normalize('NFD');

/** Alphabets whose letters pass for each other's. A word in two of these is nobody's language. */
const ALPHABETS = ['Cyrl', 'Grek', 'Armn', 'Cher', 'Copt', 'Lisu'].map(
  (name) => new RegExp(`\\p{Script=${name}}`, 'u'),
);
const LATIN = /\p{Script=Latin}/u;
const ASCII = /^[\x20-\x7E]+$/;

/** Whether a word has letters of another alphabet that pass for Latin ones beside Latin ones, or digits of two kinds. */
export function mixesLookAlikes(text: string): boolean {
  return (text.match(/[\p{L}\p{M}\p{Nd}]+/gu) ?? []).some((word) => isMixed(word));
}

function isMixed(word: string): boolean {
  if (/[0-9]/.test(word) && /(?![0-9])\p{Nd}/u.test(word)) return true;
  const foreign = ALPHABETS.filter((alphabet) => alphabet.test(word)).length;
  if (foreign > 1) return true;
  return LATIN.test(word) && [...word].some(passesForLatin);
}

/** A letter of any other alphabet that one reads as a Latin one. */
function passesForLatin(letter: string): boolean {
  if (LATIN.test(letter) || !/\p{L}/u.test(letter)) return false;
  return ASCII.test(skeletonOf(letter)) || LATIN.test(skeletonOf(letter));
}

/** Whether nothing but ASCII is seen in a text that has more in it: the whole passes for another one. */
export const passesForAscii = (text: string) => !ASCII.test(text) && ASCII.test(skeletonOf(text));
