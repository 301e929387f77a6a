/** A generator with a seed (mulberry32), so that a failure can be had again. */
export function randomFrom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (most: number) => Math.floor(next() * (most + 1));
  return {
    int,
    chance: (part: number) => next() < part,
    one: <T>(values: readonly [T, ...T[]]): T => values[int(values.length - 1)] ?? values[0],
    some: <T>(values: readonly T[]): T[] => values.filter(() => next() < 0.5),
  };
}
