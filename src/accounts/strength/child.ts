/**
 * The process in which passwords are estimated: a program of its own, started by estimator.ts. Its word lists take half a second
 * to load and more memory than all else that the server holds, which goes with the process.
 */
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as german } from '@zxcvbn-ts/language-de';
import { dictionary as english } from '@zxcvbn-ts/language-en';

/**
 * Code points that are looked at. The time grows with the square of the length and with the ways to read look-alikes: these
 * bounds keep any input below 0.2 s, where 128 characters and 512 ways took 8 s.
 */
const LOOKED_AT = 64;
const MOST_LOOK_ALIKES = 20;

const estimator = new ZxcvbnFactory({
  dictionary: { ...common, ...english, ...german },
  graphs: adjacencyGraphs,
  maxLength: LOOKED_AT * 2,
  l33tMaxSubstitutions: MOST_LOOK_ALIKES,
});

const LOOK_ALIKES = new Map(
  Object.entries({ '4': 'a', '@': 'a', '0': 'o', '3': 'e', '1': 'i', $: 's', '5': 's', '7': 't' }),
);

process.on('message', ({ id, password, words }: { id: number; password: string; words: string[] }) => {
  const looked = [...password].slice(0, LOOKED_AT).join('');
  const whole = estimator.check(looked, words);
  const left = withoutWords(looked, words);
  const rest = left === undefined ? undefined : estimator.check(left || ' ');
  const isOwn = rest !== undefined && rest.guessesLog10 < whole.guessesLog10;
  process.send?.({
    id,
    guesses: isOwn ? rest.guessesLog10 : whole.guessesLog10,
    warning: isOwn ? 'userInputs' : whole.feedback.warning,
  });
});

/** What remains without words that whoever guesses knows; undefined when it has none. The estimator misses them between signs. */
function withoutWords(password: string, words: readonly string[]): string | undefined {
  const lower = password.toLowerCase();
  const plain = [...lower].map((sign) => LOOK_ALIKES.get(sign) ?? sign).join('');
  const known = [...words].sort((a, b) => b.length - a.length);
  const lefts = [lower, plain].map((text) => known.reduce((left, word) => left.replaceAll(word, ''), text));
  const shortest = lefts.sort((a, b) => a.length - b.length)[0] ?? '';
  return shortest.length < lower.length ? shortest : undefined;
}
