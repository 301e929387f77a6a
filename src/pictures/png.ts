import type { Header } from './header.ts';

/** What encoders write in one file is some hundred at most. */
const MOST_CHUNKS = 10_000;

/** The chunks of a PNG (W3C PNG, third edition, §5): `IHDR` is the first, `acTL` makes it an animation. */
export function readPng(file: Buffer): Header | undefined {
  let header: Header | undefined;
  let at = 8;
  for (let count = 0; at + 12 <= file.length; count += 1) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    if (at + 12 + length > file.length || count === MOST_CHUNKS) return undefined;
    if (!header) {
      if (type !== 'IHDR' || length !== 13) return undefined;
      const interlaced = file[at + 8 + 12] === 1;
      const [width, height] = [file.readUInt32BE(at + 8), file.readUInt32BE(at + 12)];
      header = { width, height, passes: interlaced ? 7 : 1, animated: false };
    } else if (type === 'acTL') header = { ...header, animated: true };
    else if (type === 'IEND') return header;
    at += 12 + length;
  }
  // Without its end it is cut off.
  return undefined;
}
