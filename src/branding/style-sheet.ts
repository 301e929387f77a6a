import type { Palette } from './palette.ts';

/** The tokens that an accent changes, as a style sheet that comes behind the one of all pages. @param where they hold */
export function styleSheetOf({ light, dark }: Palette, where = ':root'): string {
  const names = Object.keys(light) as (keyof typeof light)[];
  const lines = names.map((name) => `  --${name}: light-dark(${light[name]}, ${dark[name]});`);
  return [`${where} {`, ...lines, '}', ''].join('\n');
}
