import type { Header } from './header.ts';

const START_OF_SCAN = 0xda;
const END = 0xd9;
/** Markers without a segment: TEM, RST0 to RST7, SOI. */
const isBare = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
/** SOF0 to SOF15 without DHT, JPG and DAC, which lie between them. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** The markers of a JPEG (ITU T.81, annex B), up to its end. A file of more than one frame is none that anybody means. */
export function readJpeg(file: Buffer): Header | undefined {
  let frame: { width: number; height: number } | undefined;
  let passes = 0;
  let at = 2;
  for (;;) {
    const next = nextMarker(file, at);
    // One that is cut off has no end; what it has so far is judged all the same, for a decoder would go over it.
    if (!next || next.marker === END) return frame && passes > 0 ? { ...frame, passes, animated: false } : undefined;
    at = next.at;
    if (isBare(next.marker)) continue;
    if (at + 2 > file.length) return undefined;
    const length = file.readUInt16BE(at);
    if (length < 2 || at + length > file.length) return undefined;
    if (isFrame(next.marker)) {
      if (frame || length < 8) return undefined;
      frame = { height: file.readUInt16BE(at + 3), width: file.readUInt16BE(at + 5) };
    }
    if (next.marker === START_OF_SCAN) passes += 1;
    at += length;
  }
}

/** As decoders look for it: past coded data, in which FF is followed by 00, and past what fills up. */
function nextMarker(file: Buffer, from: number): { marker: number; at: number } | undefined {
  for (let at = file.indexOf(0xff, from); at !== -1 && at + 1 < file.length; at = file.indexOf(0xff, at + 1)) {
    const marker = file[at + 1] as number;
    if (marker !== 0 && marker !== 0xff) return { marker, at: at + 2 };
  }
  return undefined;
}
