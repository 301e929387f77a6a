import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { NotUnpacked, type PictureDecoder } from './decoder.ts';
import { judgePicture, LONGEST_SIDE } from './judge.ts';

export const MOST_LOGO_BYTES = 1024 * 1024;

const REFUSALS = {
  format: () => t('refusals.pictureFormat'),
  unreadable: () => t('refusals.pictureUnreadable'),
  pixels: () => t('refusals.picturePixels', { side: String(LONGEST_SIDE) }),
  passes: () => t('refusals.picturePasses'),
  animated: () => t('refusals.pictureAnimated'),
} as const;

/**
 * A picture that someone uploaded, as a small PNG of our own making. It is judged by its header before anything is unpacked.
 * @throws {AppError} invalid_request in a sentence for the person; unavailable when too many pictures wait
 */
export async function toLogo(pictures: PictureDecoder, upload: Uint8Array, owner: string): Promise<Buffer> {
  if (upload.length === 0) throw refuse(t('refusals.choosePicture'));
  if (upload.length > MOST_LOGO_BYTES) throw refuse(t('refusals.pictureLarge'));
  const verdict = judgePicture(Buffer.from(upload.buffer, upload.byteOffset, upload.length));
  if (!verdict.ok) throw refuse(REFUSALS[verdict.reason]());
  try {
    return await pictures.decode(upload, owner);
  } catch (cause) {
    if (cause instanceof NotUnpacked) throw refuse(REFUSALS.unreadable(), cause);
    throw cause;
  }
}

const refuse = (detail: string, cause?: unknown) => new AppError('invalid_request', { detail, cause });
