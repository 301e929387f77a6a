import { contrastOf, type Oklch, toHex, toOklch } from './colors.ts';

/** The colors of one theme that come from the accent, by the names that `views/styles/tokens.css` has for them. */
export interface Tones {
  /** Buttons, bars, marks: at least 3:1 on every surface (WCAG 2.2, 1.4.11). */
  readonly accent: string;
  /** A button under the pointer. */
  readonly 'accent-strong': string;
  /** Text on both: at least 4.5:1 (1.4.3). */
  readonly 'on-accent': string;
  /** Behind what is chosen. */
  readonly 'accent-fill': string;
  readonly 'accent-line': string;
  /** Links, and text on `accent-fill`: at least 4.5:1 on every surface. */
  readonly link: string;
  readonly focus: string;
}

export interface Palette {
  readonly light: Tones;
  readonly dark: Tones;
}

/** What text and controls stand on, as `views/styles/tokens.css` has it: page, card, inset, hover. */
export const SURFACES = {
  light: ['#f7f5f0', '#ffffff', '#f4f1ea', '#ece8de'],
  dark: ['#121311', '#1a1b19', '#212220', '#2a2b28'],
} as const;

const CONTROL = 3;
const TEXT = 4.5;
const STEP = 0.01;
/** Chroma below which one sees no hue. */
const GREY = 0.04;

const BY_THEME = {
  light: { towards: -STEP, fill: { l: 0.955, c: 0.025 }, line: { l: 0.84, c: 0.06 } },
  dark: { towards: STEP, fill: { l: 0.28, c: 0.04 }, line: { l: 0.43, c: 0.06 } },
} as const;

/** The look for an accent: as it is where it can be read, else lighter or darker, in the same hue, until it can be. */
export const paletteOf = (accent: string): Palette => ({
  light: tonesOf(accent, 'light'),
  dark: tonesOf(accent, 'dark'),
});

function tonesOf(wanted: string, theme: 'light' | 'dark'): Tones {
  const { towards, fill: fillOf, line } = BY_THEME[theme];
  const base = toOklch(wanted);
  const tint = ({ l, c }: { l: number; c: number }) => toHex({ l, c: Math.min(c, base.c), h: base.h });
  const fill = tint(fillOf);
  const surfaces = [...SURFACES[theme], fill];
  const accent = readable(wanted, base, { towards, surfaces, least: CONTROL });
  const link = readable(wanted, base, { towards, surfaces, least: TEXT });
  const onAccent = contrastOf(accent, '#ffffff') >= TEXT ? '#ffffff' : '#000000';
  return {
    accent,
    'accent-strong': pressed(accent, onAccent),
    'on-accent': onAccent,
    'accent-fill': fill,
    'accent-line': tint(line),
    link,
    focus: link,
  };
}

function readable(
  wanted: string,
  base: Oklch,
  { towards, surfaces, least }: { towards: number; surfaces: readonly string[]; least: number },
): string {
  let color = wanted;
  const passes = () => surfaces.every((surface) => contrastOf(color, surface) >= least);
  for (let l = firstOf(base); !passes() && l >= 0 && l <= 1; l += towards) color = toHex({ ...base, l });
  return color;
}

/** A grey that can just be read looks like a button that cannot be pressed: black turns into nearly white instead. */
const firstOf = ({ l, c }: Oklch) => (c < GREY ? 1 - l : l);

/** Further away from its text, and towards it where there is no further. */
function pressed(accent: string, onAccent: string): string {
  const { l, ...hue } = toOklch(accent);
  if (onAccent === '#ffffff') return toHex({ ...hue, l: l > 0.3 ? l - 0.06 : l + 0.1 });
  return toHex({ ...hue, l: l < 0.85 ? l + 0.06 : l - 0.06 });
}
