import { skeletonOf } from './scripts.ts';

/** Names shorter than this are held against whole words only: many words have them in the middle. */
const LONG = 5;

/** The names that an operator keeps for themselves, as they are compared. */
export type ProtectedNames = readonly string[];

/** A text as one sees it at a glance: its letters and digits without marks, capitals and what lies between. */
function glance(text: string): string {
  const seen = skeletonOf(text.normalize('NFKD').replace(/\p{M}/gu, '')).toLowerCase();
  return skeletonOf(seen)
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/[i1]/g, 'l')
    .replace(/0/g, 'o')
    .replace(/vv/g, 'w');
}

/** As it is written, and in small letters and capitals: I and l, or 0 and O, pass for each other in one of them. */
const glances = (text: string) => [text, text.toLowerCase(), text.toUpperCase()].map(glance);

/** Whether one takes a name for that of the operator: it is or has a protected one, however spelt. */
export function passesForProtected(name: string, kept: ProtectedNames): boolean {
  const whole = glances(name);
  const words = name.split(/[^\p{L}\p{M}\p{N}]+/u).flatMap(glances);
  return kept.some((one) => {
    const looks = [...new Set(glances(one))].filter((look) => look !== '');
    return looks.some((look) =>
      look.length < LONG ? [...whole, ...words].includes(look) : whole.some((text) => text.includes(look)),
    );
  });
}
