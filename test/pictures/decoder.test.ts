import { afterAll, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { createPictureDecoder, MOST_WAITING, NotUnpacked } from '../../src/pictures/decoder.ts';
import { judgePicture } from '../../src/pictures/judge.ts';
import { blackPng, jpegOfScans, plain, pngChunk } from '../support/pictures.ts';

const decoder = createPictureDecoder();
afterAll(() => decoder.close());

const verdict = (file: Buffer) => {
  const judged = judgePicture(file);
  return judged.ok ? 'good' : judged.reason;
};

it('a picture is judged by its header: format, pixels, sides, passes and frames', async () => {
  const moving = await sharp(Buffer.alloc(8 * 8 * 3 * 2, 'frame'), {
    raw: { width: 8, height: 16, channels: 3, pageHeight: 8 },
  })
    .webp()
    .toBuffer();
  const png = blackPng(8, 8);
  const cases: [string, Buffer, string][] = [
    ['a PNG', png, 'good'],
    ['a progressive JPEG', await plain(900, 600).jpeg({ progressive: true }).toBuffer(), 'good'],
    ['a WebP', await plain(900, 600).webp().toBuffer(), 'good'],
    ['a lossless WebP', await plain(900, 600).webp({ lossless: true }).toBuffer(), 'good'],
    ['a line of 23 megapixels', blackPng(1, 23_000_000), 'pixels'],
    ['25 megapixels', blackPng(5000, 5000), 'pixels'],
    ['a progressive JPEG of 13 megapixels', await plain(4000, 3250).jpeg({ progressive: true }).toBuffer(), 'pixels'],
    ['a JPEG of 24 megapixels', await plain(6000, 4000).jpeg().toBuffer(), 'good'],
    ['a JPEG of a hundred scans', await jpegOfScans(3000, 3000, 100), 'passes'],
    ['an animated WebP', moving, 'animated'],
    ['an animated PNG', blackPng(8, 8, [pngChunk('acTL', Buffer.alloc(8))]), 'animated'],
    ['a PNG of nothing', blackPng(0, 8), 'unreadable'],
    ['a PNG that is cut off', png.subarray(0, -4), 'unreadable'],
    [
      'a PNG of a hundred thousand chunks',
      blackPng(8, 8, Array(100_000).fill(pngChunk('teXt', Buffer.alloc(0)))),
      'unreadable',
    ],
    ['two JPEG frames', await twoFrames(), 'unreadable'],
    ['a GIF', await plain(8, 8).gif().toBuffer(), 'format'],
    ['an AVIF', await plain(8, 8).avif().toBuffer(), 'format'],
    ['a TIFF', await plain(8, 8).tiff().toBuffer(), 'format'],
    ['a PDF', Buffer.from('%PDF-1.7\n%\xff\xd8\xff', 'latin1'), 'format'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'format'],
  ];
  for (const [name, file, expected] of cases) expect([name, verdict(file)]).toEqual([name, expected]);
});

async function twoFrames(): Promise<Buffer> {
  const jpeg = await plain(8, 8).jpeg().toBuffer();
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  return Buffer.concat([jpeg.subarray(0, scan), jpeg.subarray(frame)]);
}

it('what a file says of itself is not trusted: one that cannot be unpacked gives no picture, and the next one does', async () => {
  const png = await plain(50, 50).png().toBuffer();
  const broken = Buffer.concat([png.subarray(0, 45), Buffer.alloc(40, 7), png.subarray(85)]);
  await expect(decoder.decode(broken, 'somebody')).rejects.toThrow(NotUnpacked);
  expect(await sharp(await decoder.decode(png, 'somebody')).metadata()).toMatchObject({
    format: 'png',
    width: 256,
    height: 256,
  });
});

it('one picture is unpacked at a time, a few wait, and more are refused', async () => {
  const picture = await plain(300, 300).png().toBuffer();
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => decoder.decode(picture, `person ${index}`)),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(MOST_WAITING + 1);
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  expect(refused.every(({ code, retryAfter }) => code === 'unavailable' && retryAfter === 5)).toBe(true);
  expect(await decoder.decode(picture, 'somebody')).toBeInstanceOf(Buffer);
});

it('nobody takes all places: two pictures of each are unpacked or wait', async () => {
  const picture = await plain(300, 300).png().toBuffer();
  const own = Array.from({ length: 5 }, () => decoder.decode(picture, 'somebody'));
  const another = decoder.decode(picture, 'another');
  const results = await Promise.allSettled([...own, another]);
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
    'rejected',
    'fulfilled',
  ]);
  expect(results[2]).toMatchObject({ reason: { code: 'unavailable', retryAfter: 5 } });
  expect(await decoder.decode(picture, 'somebody')).toBeInstanceOf(Buffer);
});

it('the end of the server ends what is being unpacked', async () => {
  const own = createPictureDecoder();
  const file = await plain(300, 300).png().toBuffer();
  await own.decode(file, 'somebody');
  const unpacking = own.decode(await plain(6000, 4000).png().toBuffer(), 'somebody');
  const waiting = own.decode(file, 'another');
  // Once it is under way.
  await Promise.resolve();
  own.close();
  await expect(unpacking).rejects.toThrow(NotUnpacked);
  await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
});
