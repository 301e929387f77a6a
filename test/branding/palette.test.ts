import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { contrastOf, toHex, toOklch } from '../../src/branding/colors.ts';
import { paletteOf, SURFACES } from '../../src/branding/palette.ts';
import { randomFrom } from '../support/random.ts';

const tokens = readFileSync(new URL('../../views/styles/tokens.css', import.meta.url), 'utf8');

describe('contrast', () => {
  // W3C: white on black is 21; #767676 is the lightest grey that passes on white.
  it.each([
    ['#ffffff', '#000000', 21],
    ['#767676', '#ffffff', 4.54],
    ['#0d5c6f', '#0d5c6f', 1],
  ])('of %s and %s is %d, whichever comes first', (one, other, expected) => {
    expect(contrastOf(one, other)).toBeCloseTo(expected, 2);
    expect(contrastOf(other, one)).toBeCloseTo(expected, 2);
  });
});

describe('OKLCH', () => {
  // From the samples of CSS Color 4 (https://www.w3.org/TR/css-color-4/#ok-lab).
  it.each([
    ['#ff0000', 0.62796, 0.25768, 29.234],
    ['#008000', 0.51975, 0.17686, 142.495],
    ['#0000ff', 0.45201, 0.31321, 264.052],
  ])('has %s where CSS has it, and gives it back', (hex, l, c, degrees) => {
    const color = toOklch(hex);
    expect([color.l, color.c].map((value) => value.toFixed(3))).toEqual([l.toFixed(3), c.toFixed(3)]);
    expect(((color.h * 180) / Math.PI + 360) % 360).toBeCloseTo(degrees, 1);
    expect(toHex(color)).toBe(hex);
  });

  it('takes chroma away from a color that no screen has, and leaves its lightness', () => {
    expect(toOklch(toHex({ l: 0.9, c: 0.3, h: 0.5 })).l).toBeCloseTo(0.9, 2);
  });
});

/** Corners, greys, and many at random. */
function manyAccents(): string[] {
  const { int } = randomFrom(20_270_131);
  const hex = (value: number) => `#${value.toString(16).padStart(6, '0')}`;
  const corners = [0, 0xff, 0xff00, 0xff0000, 0xffff, 0xff00ff, 0xffff00, 0xffffff, 0x0a0a0a, 0xffd500, 0x808080];
  return [...corners, ...Array.from({ length: 500 }, () => int(0xffffff))].map(hex);
}

describe('the palette of an accent', () => {
  it('can be read in both themes, whatever the accent', () => {
    const failing = manyAccents().flatMap((accent) =>
      (['light', 'dark'] as const).flatMap((theme) => {
        const tones = paletteOf(accent)[theme];
        const surfaces = [...SURFACES[theme], tones['accent-fill']];
        const least = (color: string) => Math.min(...surfaces.map((surface) => contrastOf(color, surface)));
        const onButton = ['accent', 'accent-strong'] as const;
        const problems = [
          least(tones.accent) < 3 && 'the accent on a surface',
          least(tones.link) < 4.5 && 'a link on a surface',
          least(tones.focus) < 3 && 'the focus on a surface',
          ...onButton.map((name) => contrastOf(tones['on-accent'], tones[name]) < 4.5 && `text on ${name}`),
          tones.accent === tones['accent-strong'] && 'a pressed button looks as before',
        ];
        return problems.filter((problem) => problem !== false).map((problem) => `${accent} ${theme}: ${problem}`);
      }),
    );
    expect(failing).toEqual([]);
  });

  it('is the accent itself where that can be read', () => {
    expect(paletteOf('#7a1fa2').light.accent).toBe('#7a1fa2');
    expect(paletteOf('#ffd500').dark.accent).toBe('#ffd500');
    expect(paletteOf('#ffd500').light.accent).not.toBe('#ffd500');
    expect(paletteOf('#0a0a0a').dark.accent).not.toBe('#0a0a0a');
  });

  it('turns black into nearly white where pages are dark, and white into nearly black where they are light', () => {
    expect(contrastOf(paletteOf('#0a0a0a').dark.accent, '#000000')).toBeGreaterThan(12);
    expect(contrastOf(paletteOf('#f5f5f5').light.accent, '#ffffff')).toBeGreaterThan(12);
  });

  it('keeps the hue of an accent that it adapts', () => {
    const [wanted, shown] = [toOklch('#ffd500'), toOklch(paletteOf('#ffd500').light.link)];
    expect(Math.abs(wanted.h - shown.h)).toBeLessThan(0.05);
  });

  it('knows the surfaces that the style sheet has, and names the tokens that it has', () => {
    const declared = (name: string) =>
      new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\);`).exec(tokens)?.slice(1);
    const surfaces = ['page', 'card', 'inset', 'hover'].map(declared);
    expect(surfaces).toEqual(SURFACES.light.map((light, index) => [light, SURFACES.dark[index]]));
    for (const name of Object.keys(paletteOf('#0d5c6f').light)) expect(tokens).toContain(`  --${name}: `);
  });
});
