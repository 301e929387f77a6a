import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** A plain picture, made by the library. */
export const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#3447d6' } });

export function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** A black PNG, put together by hand: of any size, without the memory that its pixels would take. `extra` goes before them. */
export function blackPng(width: number, height: number, extra: readonly Buffer[] = []): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const pixels = deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))), { level: 9 });
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const chunks = [pngChunk('IHDR', header), ...extra, pngChunk('IDAT', pixels), pngChunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([signature, ...chunks]);
}

/** A progressive JPEG whose first scan comes so many times more: a decoder goes over all of the picture for each. */
export async function jpegOfScans(width: number, height: number, more: number): Promise<Buffer> {
  const jpeg = await plain(width, height).jpeg({ progressive: true }).toBuffer();
  const first = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  const second = jpeg.indexOf(0xff, first + 2);
  const scan = jpeg.subarray(first, second);
  return Buffer.concat([jpeg.subarray(0, second), ...Array<Buffer>(more).fill(scan), jpeg.subarray(second)]);
}
