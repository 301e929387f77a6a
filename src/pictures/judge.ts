import type { Header } from './header.ts';
import { readJpeg } from './jpeg.ts';
import { readPng } from './png.ts';
import { readWebp } from './webp.ts';

/** A format that is taken. SVG is not among them: it is a document that can do more than show a picture. */
interface Format {
  readonly signature: RegExp;
  /** @returns undefined for a file that is not of the format, whatever it begins with */
  readonly read: (file: Buffer) => Header | undefined;
}

const FORMATS: readonly Format[] = [
  { signature: /^\x89PNG\r\n\x1A\n/, read: readPng },
  { signature: /^\xFF\xD8\xFF/, read: readJpeg },
  { signature: /^RIFF[\s\S]{4}WEBP/, read: readWebp },
];

/** Pixels on one side. */
export const LONGEST_SIDE = 10_000;
/** A small file may hold a huge picture. */
export const MOST_PIXELS = 24_000_000;
/** The same for one that is gone over several times, and therefore kept whole. */
export const MOST_KEPT_PIXELS = 12_000_000;
/** A progressive JPEG of 400 kB may be gone over a thousand times. What programs write has about ten. */
export const MOST_PASSES = 32;

export type Verdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'format' | 'unreadable' | 'pixels' | 'passes' | 'animated' };

/** Whether a file is one of the formats, and says that it can be unpacked within bounds. */
export function judgePicture(file: Buffer): Verdict {
  const start = file.toString('latin1', 0, 16);
  const format = FORMATS.find(({ signature }) => signature.test(start));
  if (!format) return { ok: false, reason: 'format' };
  const header = format.read(file);
  if (!header || header.width === 0 || header.height === 0) return { ok: false, reason: 'unreadable' };
  const { width, height, passes, animated } = header;
  if (width > LONGEST_SIDE || height > LONGEST_SIDE || width * height > (passes > 1 ? MOST_KEPT_PIXELS : MOST_PIXELS)) {
    return { ok: false, reason: 'pixels' };
  }
  if (passes > MOST_PASSES) return { ok: false, reason: 'passes' };
  return animated ? { ok: false, reason: 'animated' } : { ok: true };
}
