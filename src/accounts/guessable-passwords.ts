/** Whose password it is to be. */
export interface Owner {
  readonly email: string;
  readonly name: string;
}

/**
 * Words that most lists of leaked passwords begin with, where they are long enough to mean something. Few leaked passwords
 * have 15 characters; those that do are made of these, of names and of rows (NIST SP 800-63B §3.1.1.2: a blocklist).
 */
const WORDS = (
  'latchkey password passwort passw kennwort secret secure geheim access admin administrator root user login signin account ' +
  'welcome willkommen hello changeme letmein iloveyou qwerty qwertz azerty monkey dragon sunshine princess football baseball ' +
  'superman batman master shadow summer winter spring autumn company default test demo sample temp'
).split(' ');

/** Keys side by side, and the alphabet: forwards and backwards. */
const ROWS = ['1234567890', 'qwertyuiop[]', 'qwertzuiopü', 'azertyuiop', 'asdfghjkl;', 'yxcvbnm', 'zxcvbnm,./'];
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';
const LINES = [...ROWS, ALPHABET, ROWS.join('')].flatMap((line) => {
  const round = line + line;
  return [round, [...round].reverse().join('')];
});

const LOOKALIKES = new Map(
  Object.entries({ '4': 'a', '@': 'a', '0': 'o', '3': 'e', '1': 'i', $: 's', '5': 's', '7': 't' }),
);

/** How much must remain once everything that is guessed first is taken out. */
const LEAST_LEFT = 8;

/** Whether a password is made of what is guessed first: common words, its owner's name and address, years, rows, repetitions. */
export function isGuessable(password: string, owner: Owner): boolean {
  const lower = password.normalize('NFKC').toLowerCase();
  const plain = [...lower].map((sign) => LOOKALIKES.get(sign) ?? sign).join('');
  const words = [...WORDS, ...wordsOf(owner)].sort((a, b) => b.length - a.length);
  return [lower, plain].some((text) => [...whatIsLeft(text, words)].length < LEAST_LEFT);
}

function wordsOf({ email, name }: Owner): string[] {
  const parts = `${name} ${email}`
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  return parts.filter((part) => part.length > 2);
}

function whatIsLeft(text: string, words: readonly string[]): string {
  let left = text.replace(/[\s\p{P}]+/gu, ' ');
  for (const word of words) left = left.replaceAll(word, ' ');
  left = withoutRows(left).replace(/(?:19|20)\d\d/g, ' ');
  return left.replaceAll(' ', '').replace(/(.+?)\1+/gu, '$1');
}

/** Takes out whatever stands in one line on a keyboard or in the alphabet, from four signs on. */
function withoutRows(text: string): string {
  let [left, at] = ['', 0];
  while (at < text.length) {
    const length = rowAt(text, at);
    left += length < 4 ? text.charAt(at) : ' ';
    at += length < 4 ? 1 : length;
  }
  return left;
}

function rowAt(text: string, at: number): number {
  let length = 0;
  while (at + length < text.length && LINES.some((line) => line.includes(text.slice(at, at + length + 1)))) length += 1;
  return length;
}
