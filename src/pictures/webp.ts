import type { Header } from './header.ts';

const MOST_CHUNKS = 1000;
const KEY_FRAME = Buffer.from([0x9d, 0x01, 0x2a]);

/** The chunks of a WebP file (RFC 9649): of one bitmap or, with `ANIM`, of several. */
export function readWebp(file: Buffer): Header | undefined {
  let size: { width: number; height: number } | undefined;
  let animated = false;
  let at = 12;
  for (let count = 0; at + 8 <= file.length; count += 1) {
    const type = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    if (at + 8 + length > file.length || count === MOST_CHUNKS) return undefined;
    const chunk = file.subarray(at + 8, at + 8 + length);
    const own = SIZES[type]?.(chunk);
    // The largest of what it says: canvas and bitmap should agree.
    if (own) size = { width: Math.max(own.width, size?.width ?? 0), height: Math.max(own.height, size?.height ?? 0) };
    else if (type in SIZES) return undefined;
    if (type === 'ANIM' || type === 'ANMF') animated = true;
    at += 8 + length + (length % 2);
  }
  return size && { ...size, passes: 1, animated };
}

type Size = { width: number; height: number } | undefined;

const SIZES: Readonly<Record<string, (chunk: Buffer) => Size>> = {
  'VP8 ': (chunk) =>
    chunk.length >= 10 && chunk.subarray(3, 6).equals(KEY_FRAME)
      ? { width: chunk.readUInt16LE(6) & 0x3fff, height: chunk.readUInt16LE(8) & 0x3fff }
      : undefined,
  VP8L: (chunk) => {
    if (chunk.length < 5 || chunk[0] !== 0x2f) return undefined;
    const bits = chunk.readUInt32LE(1);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  },
  VP8X: (chunk) =>
    chunk.length >= 10 ? { width: chunk.readUIntLE(4, 3) + 1, height: chunk.readUIntLE(7, 3) + 1 } : undefined,
};
