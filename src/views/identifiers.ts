/** Characters of an identifier that fit into a line on every screen. */
const SHORT = 32;

/** An identifier in pieces, between which a line may end: behind what joins its words. A short one stays whole. */
export function jointsOf(identifier: string): readonly string[] {
  if (identifier.length <= SHORT) return [identifier];
  return identifier.split(/(?<=[/.:_?&=-])(?![/.:_?&=-])/);
}

/** One or two letters for a name, where a picture would be. */
export function initialsOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const [first = '?', ...more] = words;
  const last = more.at(-1);
  return (firstOf(first) + (last ? firstOf(last) : '')).toLocaleUpperCase('en');
}

const firstOf = (word: string) => String.fromCodePoint(word.codePointAt(0) ?? 63);
