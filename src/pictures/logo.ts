import { AppError } from '../errors.ts';
import { NotUnpacked, type PictureDecoder } from './decoder.ts';
import { judgePicture, LONGEST_SIDE } from './judge.ts';

export const MOST_LOGO_BYTES = 1024 * 1024;

const SAVE_ANEW = 'Save it as a PNG of less than 24 megapixels and try again.';

const REFUSALS = {
  format: 'Only PNG, JPEG and WebP pictures are taken, and no SVG.',
  unreadable: `This picture cannot be read. ${SAVE_ANEW}`,
  pixels: `This picture cannot be read: it has more than 24 megapixels (12 when it is progressive or interlaced), or a side of more than ${LONGEST_SIDE} pixels. ${SAVE_ANEW}`,
  passes: `This JPEG is built up in too many steps. ${SAVE_ANEW}`,
  animated: 'This picture moves. Save one of its frames as a PNG and try again.',
} as const;

/**
 * A picture that someone uploaded, as a small PNG of our own making. It is judged by its header before anything is unpacked.
 * @throws {AppError} invalid_request in a sentence for the person; unavailable when too many pictures wait
 */
export async function toLogo(pictures: PictureDecoder, upload: Uint8Array, owner: string): Promise<Buffer> {
  if (upload.length === 0) throw refuse('Choose a picture first.');
  if (upload.length > MOST_LOGO_BYTES) throw refuse('The picture is larger than 1 MB. Make it smaller and try again.');
  const verdict = judgePicture(Buffer.from(upload.buffer, upload.byteOffset, upload.length));
  if (!verdict.ok) throw refuse(REFUSALS[verdict.reason]);
  try {
    return await pictures.decode(upload, owner);
  } catch (cause) {
    if (cause instanceof NotUnpacked) throw refuse(REFUSALS.unreadable, cause);
    throw cause;
  }
}

const refuse = (detail: string, cause?: unknown) => new AppError('invalid_request', { detail, cause });
