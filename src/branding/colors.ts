/**
 * The arithmetic of colors: relative luminance and contrast of WCAG 2.2, and OKLCH of CSS Color 4 §9.3, in which the lightness
 * of a color changes while its hue stays. It is written out here because its formulas are fixed for good; libraries of
 * colors are a hundred times as large.
 */

/** Red, green and blue of sRGB, each from 0 to 1. */
type Rgb = readonly [number, number, number];

/** Lightness from 0 to 1, chroma, and hue in radians. */
export interface Oklch {
  readonly l: number;
  readonly c: number;
  readonly h: number;
}

const toLinear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const fromLinear = (value: number) => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);

/** A color `#rrggbb` without the curve of screens. */
function linearOf(hex: string): Rgb {
  const part = (at: number) => toLinear(Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [part(1), part(3), part(5)];
}

/** How bright a color `#rrggbb` is, from 0 to 1. */
function luminanceOf(hex: string): number {
  const [r, g, b] = linearOf(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** From 1, the same, to 21, black on white. */
export function contrastOf(first: string, second: string): number {
  const [dark = 0, light = 0] = [luminanceOf(first), luminanceOf(second)].sort((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
}

export function toOklch(hex: string): Oklch {
  const [r, g, b] = linearOf(hex);
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const middle = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short;
  const bb = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short;
  return {
    l: 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    c: Math.hypot(a, bb),
    h: Math.atan2(bb, a),
  };
}

function toLinearRgb({ l, c, h }: Oklch): Rgb {
  const [a, b] = [c * Math.cos(h), c * Math.sin(h)];
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
}

const isShown = (color: Oklch) => toLinearRgb(color).every((value) => value > -1e-4 && value < 1 + 1e-4);

/** As `#rrggbb`; with less chroma where a screen has no such color. */
export function toHex(color: Oklch): string {
  const l = Math.min(1, Math.max(0, color.l));
  let [c, least] = [color.c, 0];
  if (!isShown({ ...color, l, c })) {
    for (let step = 0; step < 16; step += 1) {
      const middle = (least + c) / 2;
      if (isShown({ ...color, l, c: middle })) least = middle;
      else c = middle;
    }
    c = least;
  }
  const parts = toLinearRgb({ ...color, l, c }).map((value) => {
    const byte = Math.round(fromLinear(Math.min(1, Math.max(0, value))) * 255);
    return byte.toString(16).padStart(2, '0');
  });
  return `#${parts.join('')}`;
}
