import { skeletonOf } from './scripts.ts';

/** Shorter names are compared with whole words only: many words contain them. */
const LONG = 5;

/** The names that an operator keeps for themselves, as they are compared. */
export type ProtectedNames = readonly string[];

/** Letters and signs that one reads as a letter, though Unicode's table does not say so: each group by the letter behind it. */
const READ_AS = new Map(
  '@4ᴀⱥa ʙƀb ©¢ᴄȼc ᴅđd €3ᴇɇɘe ꜰf 9ɢǥg ʜħh ɪɨi ᴊɉj ᴋĸꝁk ʟłl ᴍʍm ɴn ᴏøo ᴘᵽp ʀɍr $5ꜱs ᴛŧ7t ᴜu ᴠv ᴡw ʏɏy ᴢƶz'
    .split(' ')
    .flatMap((group) => [...group].slice(0, -1).map((sign) => [sign, group.slice(-1)] as const)),
);

/** The alphabet in white on black circles and squares, and as flags spell it. */
const ALPHABETS = [0x1f150, 0x1f170, 0x1f1e6];

function readAs(sign: string): string {
  const point = sign.codePointAt(0) ?? 0;
  const start = point < 0x1f000 ? undefined : ALPHABETS.find((first) => point >= first && point < first + 26);
  return start === undefined ? (READ_AS.get(sign.toLowerCase()) ?? sign) : String.fromCodePoint(0x61 + point - start);
}

const asRead = (text: string) => [...text].map(readAs).join('');

/** A text as one sees it at a glance: its letters and digits without marks, capitals and what lies between. */
function glance(text: string): string {
  const plain = asRead(text.normalize('NFKD').replace(/\p{M}/gu, ''));
  const seen = asRead(skeletonOf(plain).toLowerCase());
  return asRead(skeletonOf(seen))
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/[i1]/g, 'l')
    .replace(/0/g, 'o')
    .replace(/vv/g, 'w');
}

/** As it is written, and in small letters and capitals: I and l, or 0 and O, pass for each other in one of them. */
const glances = (text: string) => [
  ...new Set([...new Set([text, text.toLowerCase(), text.toUpperCase()])].map(glance)),
];

/** Whether one takes a name for that of the operator: it is or has a protected one, however spelt. */
export const passesForProtected = (name: string, kept: ProtectedNames): boolean => passes(name, kept.map(looksOf));

const looksOf = (name: string) => glances(name).filter((look) => look !== '');

function passes(name: string, kept: readonly (readonly string[])[]): boolean {
  const whole = glances(name);
  const isShort = (look: string) => look.length < LONG;
  const words = kept.flat().some(isShort) ? name.split(/[^\p{L}\p{M}\p{N}]+/u).flatMap(glances) : [];
  return kept
    .flat()
    .some((look) => (isShort(look) ? [...whole, ...words].includes(look) : whole.some((text) => text.includes(look))));
}

/** Compares many names with a few. Made once, because each name is looked at in three ways. */
export function looksAlike(names: readonly string[]) {
  const kept = names.map(looksOf);
  const looks = new Map(names.flatMap((name) => glances(name).map((look) => [look, name] as const)));
  looks.delete('');
  return {
    /** Of the few, the one that the whole of this name passes for. */
    same: (name: string) => glances(name).flatMap((look) => looks.get(look) ?? [])[0],
    /** Whether this name passes for one of them, or has one in it. */
    isIn: (name: string) => passes(name, kept),
  };
}
